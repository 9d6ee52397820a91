#include "bench/peers/peer_list.h"

namespace tocsin::peers {

std::vector<PeerEntry> AllPeers() {
  std::vector<PeerEntry> peers;
  peers.push_back({.name = "tocsin", .make = MakeTocsinPeer});
#ifdef TOCSIN_PEER_TBB
  peers.push_back({.name = "tbb", .make = MakeTbbPeer});
#else
  peers.push_back({.name = "tbb", .left_out = "oneTBB was not found by the build"});
#endif
#ifdef TOCSIN_PEER_BOOST
  peers.push_back({.name = "boost", .make = MakeBoostPeer});
#else
  peers.push_back({.name = "boost",
                   .left_out = "the build's Boost has no concurrent_flat_map, which "
                               "came with 1.83"});
#endif
#ifdef TOCSIN_PEER_SQLITE
  peers.push_back({.name = "sqlite", .make = MakeSqlitePeer});
#else
  peers.push_back({.name = "sqlite", .left_out = "SQLite was not found by the build"});
#endif
#ifdef TOCSIN_PEER_REDIS
  peers.push_back({.name = "redis", .make = MakeRedisPeer});
#else
  peers.push_back({.name = "redis", .left_out = "hiredis was not found by the build"});
#endif
#ifdef TOCSIN_PEER_POSTGRES
  peers.push_back({.name = "postgres", .make = MakePostgresPeer});
#else
  peers.push_back({.name = "postgres", .left_out = "libpq was not found by the build"});
#endif
  peers.push_back({.name = "prometheus", .make = MakePrometheusPeer});
  return peers;
}

}  // namespace tocsin::peers
