#ifndef TOCSIN_ENGINE_MODEL_CONTRACT_H_
#define TOCSIN_ENGINE_MODEL_CONTRACT_H_

#include "engine/model/customer.h"
#include "engine/model/posting.h"
#include "tocsin/fact.h"

namespace tocsin::model {

// Replaces a contract's custom fields, and moves what was spent under it in or
// out of the measures that filter by them. Needs a customer that is up to date.
// Error: kResourceExhausted for too many contracts, which changes nothing.
Outcome TellContract(Customer* customer, const Context& context,
                     const ContractTold& fact);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_CONTRACT_H_
