#ifndef TOCSIN_ENGINE_WIRE_FACT_JSON_H_
#define TOCSIN_ENGINE_WIRE_FACT_JSON_H_

#include "engine/wire/field_reader.h"
#include "tocsin/json.h"

namespace tocsin {

// Each reads the fields of one kind of fact into `statement->what`; of the
// statement's time, which is read before, spend and usage take theirs. What is wrong
// stays in `in.status()`. The forms stand in tocsin/json.h.
void ReadSpend(FieldReader& in, Statement* statement);
void ReadUsage(FieldReader& in, Statement* statement);
void ReadPeriod(FieldReader& in, Statement* statement);
void ReadCustomer(FieldReader& in, Statement* statement);
void ReadContract(FieldReader& in, Statement* statement);
void ReadBalance(FieldReader& in, Statement* statement);
void ReadDraw(FieldReader& in, Statement* statement);
void ReadInvoice(FieldReader& in, Statement* statement);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_WIRE_FACT_JSON_H_
