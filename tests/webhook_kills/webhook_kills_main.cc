// Kills processes that send webhooks: as many as one likes, until something is missing.
#include "tests/kills/kill_program.h"
#include "tests/webhook_kills/kill_sender.h"

int main(int argc, char** argv) {
  return tocsin::testing::RunKillProgram(
      argc, argv, {.child = TOCSIN_WEBHOOK_KILL_CHILD, .kills = 1'000},
      tocsin::testing::KillSenders);
}
