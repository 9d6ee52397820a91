// Where the program of the simulation has its memory from: of small blocks those that
// were given back last. A step takes twenty of them, and a tenth of its time went into
// an allocator that has to think of other threads and of what is given back to the
// system. Tests and sanitizers have the usual one.
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

// What `new` of any type asks for; the number of the list stands before each block.
constexpr std::size_t kUnit = __STDCPP_DEFAULT_NEW_ALIGNMENT__;
constexpr std::size_t kLists = 64;
constexpr std::size_t kChunk = std::size_t{256} << 10;

struct Block {
  Block* next;
};

// By how many units its blocks have; those with more than there are lists come from
// `malloc` and have the number 0.
thread_local Block* lists[kLists + 1];
thread_local char* chunk = nullptr;
thread_local std::size_t chunk_left = 0;

void* FromMalloc(std::size_t size) {
  void* const memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

char* Fresh(std::size_t size) {
  if (chunk_left < size) {
    chunk = static_cast<char*>(FromMalloc(kChunk));
    chunk_left = kChunk;
  }
  char* const memory = chunk;
  chunk += size;
  chunk_left -= size;
  return memory;
}

}  // namespace

void* operator new(std::size_t size) {
  const std::size_t list = (size + kUnit - 1) / kUnit;
  const bool is_small = list - 1 < kLists;
  if (is_small && lists[list] != nullptr) {
    Block* const block = lists[list];
    lists[list] = block->next;
    return block;
  }
  char* const memory =
      is_small ? Fresh((list + 1) * kUnit) : static_cast<char*>(FromMalloc(size + kUnit));
  ::new (memory) std::size_t(is_small ? list : 0);
  return memory + kUnit;
}

void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  char* const start = static_cast<char*>(memory) - kUnit;
  const std::size_t list = *reinterpret_cast<std::size_t*>(start);
  if (list == 0) return std::free(start);
  lists[list] = ::new (memory) Block{lists[list]};
}

void operator delete(void* memory, std::size_t /*size*/) noexcept {
  operator delete(memory);
}
