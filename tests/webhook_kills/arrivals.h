#ifndef TOCSIN_TESTS_WEBHOOK_KILLS_ARRIVALS_H_
#define TOCSIN_TESTS_WEBHOOK_KILLS_ARRIVALS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace tocsin::testing {

// What came to a receiver of processes that were killed, and what must have.
//
// Thread safety: none.
class Arrivals {
 public:
  void Came(const std::string& body, bool is_taken);
  // To what was decided and came to be known at an end.
  void Decided(const std::string& id) { decided_.insert(id); }
  // Nothing was under way, and all that was decided is known: what is missing, or came
  // without having been decided.
  void CompareAtEnd();

  // What was wrong first; empty if nothing was.
  const std::string& wrong() const { return wrong_; }
  std::uint64_t taken() const { return taken_; }
  std::uint64_t doubles() const { return doubles_; }

 private:
  struct One {
    std::string body = {};
    bool is_taken = false;
  };

  void Wrong(const std::string& what) {
    if (wrong_.empty()) wrong_ = what;
  }

  std::map<std::string, One> by_id_;
  // Of each customer alert: which came last as a new one.
  std::map<std::string, std::string> last_;
  std::map<std::string, std::uint64_t> last_sequence_;
  std::set<std::string> decided_;
  std::uint64_t taken_ = 0, doubles_ = 0;
  std::string wrong_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_WEBHOOK_KILLS_ARRIVALS_H_
