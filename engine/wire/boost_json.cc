// Boost.JSON, compiled into this library: its parser is a template that is
// instantiated here anyway, and the rest of it is too little to link for.
#include "boost/json/src.hpp"
