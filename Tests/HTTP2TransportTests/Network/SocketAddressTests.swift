import HTTP2Transport
import TestThreads
import Testing

@Suite(.ownThreads)
struct SocketAddressTests {
  @Test(
    "numeric addresses are read and written in their usual form",
    arguments: [
      ("127.0.0.1", "127.0.0.1:80"), ("0.0.0.0", "0.0.0.0:80"), ("255.255.255.255", "255.255.255.255:80"),
      ("::1", "[::1]:80"), ("[::1]", "[::1]:80"), ("::", "[::]:80"), ("2001:DB8::1:0:0:1", "[2001:db8::1:0:0:1]:80"),
      ("1:2:3:4:5:6:7:8", "[1:2:3:4:5:6:7:8]:80"), ("1:0:0:4:0:0:0:8", "[1:0:0:4::8]:80"),
      ("1:0:3:4:5:6:7:8", "[1:0:3:4:5:6:7:8]:80"), ("fe80::1%3", "[fe80::1%3]:80"),
      ("::ffff:1.2.3.4", "[::ffff:1.2.3.4]:80"), ("1::", "[1::]:80"),
    ])
  func valid(text: String, form: String) throws {
    let address = try #require(SocketAddress(numeric: text, port: 80))
    #expect(address.description == form)
    #expect(SocketAddress(numeric: address.host, port: 80) == address)
    #expect(address.withPort(81).port == 81)
  }

  @Test(
    "other texts are no numeric addresses",
    arguments: [
      "", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.", "1.2.3.+4", ":", ":::", "1::2::3",
      "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "[::1", "::1%", "::1%eth0", "::1%99999999999",
      "1:2:3:4:5:6:7::8", "::1.2.3.4:5", "1.2.3.4\u{0}", "١.2.3.4",
    ])
  func invalid(text: String) {
    #expect(SocketAddress(numeric: text, port: 80) == nil)
  }
}
