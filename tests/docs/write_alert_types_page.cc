// Prints docs/alert-types.md.
#include <iostream>

#include "tests/docs/alert_types_page.h"

int main() {
  std::cout << tocsin::testing::AlertTypesPage() << std::flush;
  return std::cout.good() ? 0 : 1;
}
