import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct ListenAddressTests {
  @Test(
    arguments: [
      ("127.0.0.1", .host("127.0.0.1"), nil), ("0.0.0.0:4317", .host("0.0.0.0"), 4317), ("[::1]:0", .host("::1"), 0),
      ("[::1]", .host("::1"), nil), ("::1", .host("::1"), nil), ("localhost:1", .host("127.0.0.1"), 1),
      ("unix:/tmp/x", .path("/tmp/x"), nil),
    ] as [(String, ListenAddress.Place, UInt16?)])
  func addressesAreParsed(_ text: String, _ place: ListenAddress.Place, _ port: UInt16?) throws {
    let address = try #require(ListenAddress(text))
    #expect(address.place == place)
    #expect(address.port == port)
  }

  @Test(arguments: [
    "", ":", ":1", "x", "1.2.3", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "[::1", "[::1]x", "[]", "unix:",
    "1:2:3:zz",
  ])
  func otherAddressesAreRefused(_ text: String) { #expect(ListenAddress(text) == nil) }
}
