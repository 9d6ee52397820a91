// A service that reads its facts from JSON.
#include <iostream>
#include <variant>

#include "tocsin/json.h"

int main() {
  const auto statement = tocsin::StatementFromJson(
      R"({"type":"spend","customer_id":"5a1e5a1e-0000-4000-8000-000000000001",)"
      R"("amount":42.5,"timestamp":"2024-01-01T00:00:00Z"})");
  if (!statement.ok()) {
    std::cerr << statement.status().ToString() << "\n";
    return 1;
  }
  const auto& fact = std::get<tocsin::Fact>(statement->what);
  std::cout << "read " << std::get<tocsin::SpendAdded>(fact).amount.ToString() << "\n";
}
