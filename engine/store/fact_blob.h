#ifndef TOCSIN_ENGINE_STORE_FACT_BLOB_H_
#define TOCSIN_ENGINE_STORE_FACT_BLOB_H_

#include <string>

#include "engine/model/plain.h"
#include "engine/store/archive.h"
#include "tocsin/fact.h"

// How a fact stands in the journal. Its first byte says what follows; a fact of a kind
// that does not exist is never read as another.
//
//   fact     = plain | kind fields
//   plain    = %x40-4F customer amount [subject] [version] [time]
//              bit 0: usage, and subject is a metric; bit 1: subject is there (without
//              it, spend is of USD in cents); bit 2: version; bit 3: time
//   kind     = %x00-09, the fact's place in `tocsin::Fact`; its fields follow in their
//              order
//
// Most facts are plain: an addition without group values or contract. One of
// USD in cents takes 17 bytes and those of its amount: six for up to 16 cents, one more
// for each 128 times of that.
namespace tocsin::store {

void Put(const Fact& fact, std::string* out);
void Put(const model::PlainAddition& plain, std::string* out);
// Fails the reader where there is none.
Fact ReadFact(Reader* reader);

}  // namespace tocsin::store

#endif  // TOCSIN_ENGINE_STORE_FACT_BLOB_H_
