// Connections as bytes: without TLS, and with it.
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/http/connection.h"
#include "engine/http/loop.h"

namespace tocsin::http {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

class PlainConnection final : public Connection {
 public:
  PlainConnection(Loop* loop, std::string peer, tcp::socket socket)
      : Connection(loop, std::move(peer)), socket_(std::move(socket)) {}

  void Begin() override { AwaitBytes(); }

 private:
  tcp::socket& socket() override { return socket_; }

  // Into the buffer of the loop, so that who says nothing has none.
  void StartRead() override {
    const std::size_t read = reads_;
    socket_.async_wait(tcp::socket::wait_read,
                       [self = shared_from_this(), this, read](const error_code& error) {
                         // One that was given up is none of what came after it.
                         if (is_closed() || read != reads_) return;
                         error ? Close() : Read();
                       });
  }

  void Read() {
    error_code error;
    const std::size_t bytes =
        socket_.read_some(boost::asio::buffer(loop_->buffer()), error);
    if (error == boost::asio::error::would_block) return StartRead();
    if (error) return Close();
    TakeBytes({loop_->buffer().data(), bytes});
  }

  void StartWrite() override {
    ++reads_;
    boost::asio::async_write(
        socket_, boost::asio::buffer(writing_),
        [self = shared_from_this(), this](const error_code& error, std::size_t) {
          TakeWritten(!error);
        });
  }

  void StartEnd() override {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    Drain();
  }

  tcp::socket socket_;
  std::size_t reads_ = 0;  // that were given up, or are over
};

class TlsConnection final : public Connection {
 public:
  TlsConnection(Loop* loop, std::string peer, tcp::socket socket)
      : Connection(loop, std::move(peer)),
        stream_(std::move(socket), *loop->parts()->tls) {}

  void Begin() override {
    Await(loop_->parts()->limits.head);
    stream_.async_handshake(boost::asio::ssl::stream_base::server,
                            [self = shared_from_this(), this](const error_code& error) {
                              if (is_closed()) return;
                              error ? Close() : AwaitBytes();
                            });
  }

 private:
  tcp::socket& socket() override { return stream_.next_layer(); }

  void StartRead() override {
    if (buffer_ == nullptr) buffer_ = std::make_unique<Buffer>();
    const std::size_t read = reads_;
    stream_.async_read_some(boost::asio::buffer(*buffer_),
                            [self = shared_from_this(), this, read](
                                const error_code& error, std::size_t bytes) {
                              if (is_closed() || read != reads_) return;
                              error ? Close() : TakeBytes({buffer_->data(), bytes});
                            });
  }

  void StartWrite() override {
    ++reads_;
    boost::asio::async_write(
        stream_, boost::asio::buffer(writing_),
        [self = shared_from_this(), this](const error_code& error, std::size_t) {
          TakeWritten(!error);
        });
  }

  void StartEnd() override {
    stream_.async_shutdown([self = shared_from_this(), this](const error_code&) {
      // Whether the client has said the same or anything else.
      error_code ignored;
      stream_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
      Drain();
    });
  }

  // As much as a record of TLS brings at most.
  using Buffer = std::array<char, std::size_t{1} << 14>;

  boost::asio::ssl::stream<tcp::socket> stream_;
  std::unique_ptr<Buffer> buffer_;
  std::size_t reads_ = 0;
};

std::string PeerOf(const tcp::socket& socket) {
  error_code error;
  const tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) return "";
  const std::string address = peer.address().to_string();
  return peer.address().is_v6() ? absl::StrCat("[", address, "]:", peer.port())
                                : absl::StrCat(address, ":", peer.port());
}

}  // namespace

std::shared_ptr<Connection> MakeConnection(Loop* loop, tcp::socket socket) {
  error_code ignored;
  // An answer is whole when it is written; nothing is gained by waiting for more.
  socket.set_option(tcp::no_delay(true), ignored);
  socket.non_blocking(true, ignored);
  const bool is_told = loop->parts()->shared.on_access != nullptr;
  std::string peer = is_told ? PeerOf(socket) : std::string();
  if (loop->parts()->tls.has_value()) {
    return std::make_shared<TlsConnection>(loop, std::move(peer), std::move(socket));
  }
  return std::make_shared<PlainConnection>(loop, std::move(peer), std::move(socket));
}

}  // namespace tocsin::http
