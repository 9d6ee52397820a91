#ifndef TOCSIN_ENGINE_BASE_RARE_H_
#define TOCSIN_ENGINE_BASE_RARE_H_

#include <memory>

namespace tocsin {

// What most of its owners never have anything of: it takes the room of a pointer until
// it is changed, and shows an empty T until then.
//
// Thread safety: as of a T.
template <typename T>
class Rare {
 public:
  Rare() = default;
  Rare(const Rare& other)
      : value_(other.value_ == nullptr ? nullptr : std::make_unique<T>(*other.value_)) {}
  Rare(Rare&&) noexcept = default;
  Rare& operator=(const Rare& other) { return *this = Rare(other); }
  Rare& operator=(Rare&&) noexcept = default;
  ~Rare() = default;

  const T& operator*() const { return value_ == nullptr ? Empty() : *value_; }
  const T* operator->() const { return &**this; }

  // Whether it was never changed, since it was made or cleared.
  bool IsEmpty() const { return value_ == nullptr; }
  // To be changed; made where there is none.
  T& Change() {
    if (value_ == nullptr) value_ = std::make_unique<T>();
    return *value_;
  }
  // To be changed where there is one; null where there is none.
  T* IfThere() { return value_.get(); }
  void Clear() { value_.reset(); }

 private:
  static const T& Empty() {
    static const T* const empty = new T();
    return *empty;
  }

  std::unique_ptr<T> value_;
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_BASE_RARE_H_
