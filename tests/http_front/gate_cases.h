#ifndef TOCSIN_TESTS_HTTP_FRONT_GATE_CASES_H_
#define TOCSIN_TESTS_HTTP_FRONT_GATE_CASES_H_

#include <string>
#include <vector>

namespace tocsin::testing {

// Bytes that are no request, and the status that says so before anything of them is
// looked at by others.
struct BadBytes {
  std::string what;
  std::string bytes;
  int status = 400;
};

inline std::string ResetHead(const std::string& fields) {
  return "POST /v1/customer-alerts/reset HTTP/1.1\r\nHost: a\r\n"
         "Content-Type: application/json\r\n" +
         fields + "\r\n";
}

inline std::string ChunkedReset(const std::string& chunks) {
  return ResetHead("Transfer-Encoding: chunked\r\n") + chunks;
}

inline std::string LineHead(const std::string& line) {
  return line + "\r\nHost: a\r\n\r\n";
}

inline std::string FieldHead(const std::string& fields) {
  return "GET /healthz HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

inline std::string ManyFields(int count) {
  std::string fields;
  for (int i = 0; i < count; ++i) fields += "X-" + std::to_string(i) + ": 1\r\n";
  return fields;
}

inline std::vector<BadBytes> BadLengths() {
  return {
      {"length and chunks",
       ResetHead("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n") + "{}"},
      {"chunks and length",
       ResetHead("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n") + "{}"},
      {"two lengths", ResetHead("Content-Length: 2\r\nContent-Length: 3\r\n") + "{}"},
      {"the same length twice",
       ResetHead("Content-Length: 2\r\nContent-Length: 2\r\n") + "{}"},
      {"a zero and a length", ResetHead("Content-Length: 0\r\nContent-Length: 2\r\n")},
      {"a list of lengths", ResetHead("Content-Length: 2, 2\r\n") + "{}"},
      {"a plus", ResetHead("Content-Length: +2\r\n") + "{}"},
      {"a minus", ResetHead("Content-Length: -1\r\n")},
      {"hexadecimal", ResetHead("Content-Length: 0x2\r\n") + "{}"},
      {"an empty length", ResetHead("Content-Length: \r\n")},
      {"a blank in a length", ResetHead("Content-Length: 1 2\r\n")},
      {"19 digits", ResetHead("Content-Length: 1000000000000000000\r\n"), 413},
      {"more than 64 bits", ResetHead("Content-Length: 18446744073709551618\r\n"), 413},
      {"gzip", ResetHead("Transfer-Encoding: gzip\r\n"), 501},
      {"gzip and chunked", ResetHead("Transfer-Encoding: gzip, chunked\r\n"), 501},
      {"chunked twice", ResetHead("Transfer-Encoding: chunked, chunked\r\n"), 501},
      {"a quoted coding", ResetHead("Transfer-Encoding: \"chunked\"\r\n"), 501},
      {"another case", ResetHead("Transfer-Encoding: Chunked\r\n"), 501},
      {"a vertical tab", ResetHead("Transfer-Encoding: \x0b"
                                   "chunked\r\n")},
      {"an empty coding", ResetHead("Transfer-Encoding:\r\n"), 501},
      {"two codings",
       ResetHead("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
  };
}

inline std::vector<BadBytes> BadChunks() {
  return {
      {"a prefix", ChunkedReset("0x2\r\n{}\r\n0\r\n\r\n")},
      {"a minus", ChunkedReset("-2\r\n{}\r\n0\r\n\r\n")},
      {"a plus", ChunkedReset("+2\r\n{}\r\n0\r\n\r\n")},
      {"17 digits", ChunkedReset("00000000000000002\r\n{}\r\n0\r\n\r\n")},
      {"no digit", ChunkedReset("\r\n{}\r\n0\r\n\r\n")},
      {"a blank in front", ChunkedReset(" 2\r\n{}\r\n0\r\n\r\n")},
      {"a blank behind", ChunkedReset("2 \r\n{}\r\n0\r\n\r\n")},
      {"64 bits", ChunkedReset("ffffffffffffffff\r\n"), 413},
      {"a megabyte", ChunkedReset("100000\r\n"), 413},
      {"an extension", ChunkedReset("2;a=b\r\n{}\r\n0\r\n\r\n")},
      {"an extension of 3 KB",
       ChunkedReset("2;a=" + std::string(3072, 'x') + "\r\n{}\r\n0\r\n\r\n")},
      {"a trailer", ChunkedReset("2\r\n{}\r\n0\r\nX-A: b\r\n\r\n")},
      {"an Authorization as a trailer",
       ChunkedReset("2\r\n{}\r\n0\r\nAuthorization: Bearer of-no-use\r\n\r\n")},
      {"data that is longer", ChunkedReset("2\r\n{} \r\n0\r\n\r\n")},
      {"data that is shorter", ChunkedReset("3\r\n{}\r\n0\r\n\r\n")},
      {"a bare line feed behind a size", ChunkedReset("2\n{}\r\n0\r\n\r\n")},
      {"a bare line feed behind data", ChunkedReset("2\r\n{}\n0\r\n\r\n")},
      {"a bare carriage return", ChunkedReset("2\r{}\r\n0\r\n\r\n")},
      {"a bare line feed at the end", ChunkedReset("2\r\n{}\r\n0\r\n\n")},
  };
}

inline std::vector<BadBytes> BadHeads() {
  return {
      {"a folded field", FieldHead("X-A: b\r\n c\r\n")},
      {"a field folded with a tab", FieldHead("X-A: b\r\n\tc\r\n")},
      {"a first field with a blank in front", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
      {"a blank before the colon", FieldHead("X-A : b\r\n")},
      {"a tab before the colon", FieldHead("X-A\t: b\r\n")},
      {"a field without a name", FieldHead(": b\r\n")},
      {"a field without a colon", FieldHead("X-A\r\n")},
      {"a name with a bracket", FieldHead("X(A: b\r\n")},
      {"a NUL in a value", FieldHead(std::string("X-A: b\0c\r\n", 10))},
      {"a NUL in a name", FieldHead(std::string("X\0A: b\r\n", 8))},
      {"a DEL", FieldHead("X-A: b\x7f\r\n")},
      {"a bare carriage return in a value", FieldHead("X-A: b\rc\r\n")},
      {"a bare carriage return in front", FieldHead("\rX-A: b\r\n")},
      {"two carriage returns", FieldHead("X-A: b\r\r\n")},
      {"a bare line feed", FieldHead("X-A: b\n")},
      {"bare line feeds only", "GET /healthz HTTP/1.1\nHost: a\n\n"},
      {"a bare line feed at the end", "GET /healthz HTTP/1.1\r\nHost: a\r\n\n"},
      {"no Host", "GET /healthz HTTP/1.1\r\n\r\n"},
      {"two Hosts", FieldHead("Host: b\r\n")},
      {"the same Host twice", FieldHead("Host: a\r\n")},
      {"an empty Host", "GET /healthz HTTP/1.1\r\nHost:\r\n\r\n"},
      {"a Host with a slash", "GET /healthz HTTP/1.1\r\nHost: a/b\r\n\r\n"},
      {"a Connection with a plus and a colon", FieldHead("Connection: a:+\r\n")},
      {"another expectation", FieldHead("Expect: 200-ok\r\n"), 417},
      {"65 fields", "GET /healthz HTTP/1.1\r\n" + ManyFields(65) + "\r\n", 431},
      {"a field of 9 KB", FieldHead("X-A: " + std::string(9216, 'b') + "\r\n"), 431},
      {"a target of 9 KB", "GET /" + std::string(9216, 'b'), 431},
  };
}

inline std::vector<BadBytes> BadLines() {
  return {
      {"HTTP/1.2", LineHead("GET /healthz HTTP/1.2"), 505},
      {"HTTP/2.0", LineHead("GET /healthz HTTP/2.0"), 505},
      {"HTTP/1.0", LineHead("GET /healthz HTTP/1.0"), 505},
      {"HTTP/1.0 with chunks",
       "POST /v1/facts HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 505},
      {"HTTP/0.9", "GET /healthz\r\n"},
      {"HTTP/0.9 that says so", LineHead("GET /healthz HTTP/0.9"), 505},
      {"the beginning of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"two digits", LineHead("GET /healthz HTTP/1.10")},
      {"another case", LineHead("GET /healthz http/1.1")},
      {"another protocol", LineHead("GET /healthz RTSP/1.1")},
      {"no version", LineHead("GET /healthz ")},
      {"two blanks", LineHead("GET  /healthz HTTP/1.1")},
      {"a blank in the target", LineHead("GET /health z HTTP/1.1")},
      {"a blank at the end", LineHead("GET /healthz HTTP/1.1 ")},
      {"a blank in front", LineHead(" GET /healthz HTTP/1.1")},
      {"a tab", LineHead("GET\t/healthz HTTP/1.1")},
      {"an empty line in front", "\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"a bracket in the method", LineHead("G(T /healthz HTTP/1.1")},
      {"a whole address", LineHead("GET http://a/healthz HTTP/1.1")},
      {"a host", LineHead("CONNECT a:80 HTTP/1.1")},
      {"an asterisk", LineHead("OPTIONS * HTTP/1.1")},
      {"a fragment", LineHead("GET /healthz#a HTTP/1.1")},
      {"a byte above ASCII", LineHead("GET /h\xc3\xa4 HTTP/1.1")},
      {"TLS", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 \r\n", 14)},
  };
}

inline std::vector<BadBytes> AllBadBytes() {
  std::vector<BadBytes> all = BadLengths();
  for (const auto& more : {BadChunks(), BadHeads(), BadLines()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

// Requests that are whole and right.
inline std::vector<std::string> GoodBytes() {
  return {
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /v1/a?next_page=b%2Fc HTTP/1.1\r\nhOST:\t a:80 \t\r\nX-Empty:\r\n\r\n",
      "GET /%2e%2e//%00 HTTP/1.1\r\nHost: [::1]:8080\r\nX-A: b c\t\xc3\xa4 d\r\n\r\n",
      FieldHead("Connection: Keep-Alive, CLOSE\r\n"),
      FieldHead("Connection: keep-alive\r\nConnection: x, Close\r\n"),
      FieldHead("Content-Length: 0\r\n"),
      "GET /healthz HTTP/1.1\r\nHost: a\r\n" + ManyFields(63) + "\r\n",
      ResetHead("Content-Length: 2\r\nExpect: 100-Continue\r\n") + "{}",
      ResetHead("Content-Length: 0002\r\n") + "{}",
      ResetHead("CONTENT-LENGTH: 5\r\n") + "a\r\n\r\n",
      ChunkedReset("0\r\n\r\n"),
      ChunkedReset("2\r\n{}\r\n0\r\n\r\n"),
      ChunkedReset("1\r\n{\r\n0000000000000001\r\n}\r\n000\r\n\r\n"),
      ChunkedReset("A\r\n0\r\n\r\n4567\n\r\n0\r\n\r\n"),
  };
}

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_HTTP_FRONT_GATE_CASES_H_
