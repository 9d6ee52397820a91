// Would catch somebody who is told that all is kept while some of it was not even taken,
// and a burst that is taken whole while those that are under way wait.
#include "engine/webhook/mailbox.h"

#include <thread>
#include <vector>

#include "engine/webhook/letter.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/webhook/simulated_world.h"

namespace tocsin::webhook {
namespace {

using testing::SampleNotification;
using testing::SimulatedWorld;
using ::testing::SizeIs;

void PushSome(Mailbox* mailbox, int count) {
  for (int i = 1; i <= count; ++i) {
    ASSERT_TRUE(mailbox->Push(MakeLetter(SampleNotification(i, 1, 1)), [] {}).ok());
  }
}

TEST(MailboxTest, IsTakenByPartsInOrder) {
  Mailbox mailbox;
  PushSome(&mailbox, 5);
  EXPECT_THAT(mailbox.Take(0).letters, SizeIs(0));
  const Mailbox::Taken first = mailbox.Take(3);
  ASSERT_THAT(first.letters, SizeIs(3));
  EXPECT_EQ(first.letters[2]->id, SampleNotification(3, 1, 1).id);
  EXPECT_TRUE(mailbox.HasLetters());
  EXPECT_TRUE(mailbox.HasSomething(/*with_letters=*/true));
  const Mailbox::Taken second = mailbox.Take(3);
  ASSERT_THAT(second.letters, SizeIs(2));
  EXPECT_EQ(second.letters[0]->id, SampleNotification(4, 1, 1).id);
  EXPECT_FALSE(mailbox.HasLetters());
}

TEST(MailboxTest, IsKeptOnceAllPartsAre) {
  Mailbox mailbox;
  PushSome(&mailbox, 5);
  absl::Status kept = absl::UnknownError("not known yet");
  std::thread waits([&] { kept = mailbox.AwaitKept([] {}); });
  EXPECT_FALSE(mailbox.Take(3).keep_now) << "two are left";
  mailbox.NoteKept(absl::OkStatus());
  mailbox.Take(3);
  while (!mailbox.Take(0).keep_now) {
  }
  mailbox.NoteKept(absl::OkStatus());
  waits.join();
  EXPECT_TRUE(kept.ok()) << kept;
  EXPECT_FALSE(mailbox.Take(0).keep_now);
}

TEST(MailboxTest, APartIsForAllEndpointsTogether) {
  SimulatedWorld world;
  const std::size_t of_nobody = world.dispatcher().letters_at_once();
  for (int i = 0; i < 64; ++i) {
    world.AddEndpoint("https://r.example/" + std::to_string(i));
  }
  EXPECT_EQ(world.dispatcher().letters_at_once(), of_nobody / 64);
}

}  // namespace
}  // namespace tocsin::webhook
