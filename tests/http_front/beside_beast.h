#ifndef TOCSIN_TESTS_HTTP_FRONT_BESIDE_BEAST_H_
#define TOCSIN_TESTS_HTTP_FRONT_BESIDE_BEAST_H_

#include <algorithm>
#include <boost/beast/http.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "tests/http_front/gate_bytes.h"
#include "tocsin/http.h"

namespace tocsin::testing {

// By name; those with one name stay as they are.
inline std::vector<HttpField> InOrder(std::vector<HttpField> fields) {
  std::stable_sort(fields.begin(), fields.end(), [](const auto& a, const auto& b) {
    return absl::AsciiStrToLower(a.first) < absl::AsciiStrToLower(b.first);
  });
  return fields;
}

// Reads what the gate took with Beast; says what differs, if anything does.
inline std::string DifferenceToBeast(const std::string& bytes, const Gated& gated) {
  namespace beast = boost::beast::http;
  beast::request_parser<beast::string_body> parser;
  parser.eager(true);
  boost::system::error_code error;
  const std::size_t taken = parser.put(boost::asio::buffer(bytes), error);
  if (error && error != beast::error::need_more) return "Beast says " + error.message();
  if (!parser.is_done()) return "Beast wants more";
  if (taken != gated.taken) return "Beast ends elsewhere";
  const auto& message = parser.get();
  const auto text = [](auto view) { return std::string(view.data(), view.size()); };
  if (text(message.method_string()) != gated.head.request.method) return "the method";
  if (text(message.target()) != gated.head.request.target) return "the target";
  if (message.version() != 11) return "the version";
  if (message.body() != gated.body) return "the body";
  // The message looks at the first `Connection` alone.
  if (parser.keep_alive() != gated.head.keep_alive) return "keeping the connection";
  std::vector<HttpField> fields;
  for (const auto& field : message) {
    fields.emplace_back(text(field.name_string()), text(field.value()));
  }
  // Beast puts those with one name beside each other.
  return InOrder(fields) == InOrder(gated.head.request.fields) ? "" : "the fields";
}

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_HTTP_FRONT_BESIDE_BEAST_H_
