// Kills as a program: as many as one likes, until something is missing.
#include "tests/kills/chain.h"
#include "tests/kills/kill_program.h"

int main(int argc, char** argv) {
  return tocsin::testing::RunKillProgram(
      argc, argv, {.child = TOCSIN_KILL_CHILD, .kills = 10'000}, tocsin::testing::Kill);
}
