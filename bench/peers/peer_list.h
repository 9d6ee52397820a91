#ifndef TOCSIN_BENCH_PEERS_PEER_LIST_H_
#define TOCSIN_BENCH_PEERS_PEER_LIST_H_

#include <memory>
#include <string>
#include <vector>

#include "bench/peers/peer.h"

namespace tocsin::peers {

// Each in the file of its name; there only if its library was found (CMakeLists.txt).
std::unique_ptr<Peer> MakeTocsinPeer();
std::unique_ptr<Peer> MakeTbbPeer();
std::unique_ptr<Peer> MakeBoostPeer();
std::unique_ptr<Peer> MakeSqlitePeer();
std::unique_ptr<Peer> MakeRedisPeer();
std::unique_ptr<Peer> MakePostgresPeer();
std::unique_ptr<Peer> MakePrometheusPeer();

struct PeerEntry {
  std::string name = {};
  std::unique_ptr<Peer> (*make)() = nullptr;  // null: it was not built
  std::string left_out = {};                  // why not
};

// tocsin first.
std::vector<PeerEntry> AllPeers();

}  // namespace tocsin::peers

#endif  // TOCSIN_BENCH_PEERS_PEER_LIST_H_
