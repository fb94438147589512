import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct HostAndPortTests {
  @Test(
    "a host and a port are read, and written in the same form",
    arguments: [
      ("name", "name", nil), ("name:1", "name", 1), ("a.b-c_d:65535", "a.b-c_d", 65535), ("1.2.3.4", "1.2.3.4", nil),
      ("1.2.3.4:80", "1.2.3.4", 80), ("[::1]:443", "::1", 443), ("[::1]", "::1", nil),
    ] as [(String, String, UInt16?)])
  func read(text: String, host: String, port: UInt16?) throws {
    let place = try #require(HostAndPort(text))
    #expect(place == HostAndPort(host: host, port: port) && place.description == text)
    #expect(HostAndPort(authority: text) == place)
  }

  @Test(
    "other text is refused",
    arguments: [
      "", ":", ":1", "a:", "a:0", "a:65536", "a:000001", "a:+1", "a:1:2", "a b", "[::1", "[::1]1", "[::1]:", "[a]:1",
      "[1.2.3.4]:1", "[::1%eth0]:1", "a/b", "é", String(repeating: "a", count: 64),
      String(repeating: "a.", count: 127),
    ])
  func refused(text: String) { #expect(HostAndPort(text) == nil) }

  @Test func anIPv6AddressNeedsBracketsInAnAuthority() {
    #expect(HostAndPort("::1") == HostAndPort(host: "::1", port: nil))
    #expect(HostAndPort(authority: "::1") == nil)
  }

  @Test func portZeroIsReadIfItIsAllowed() {
    #expect(HostAndPort("[::]:0", ports: 0...UInt16.max) == HostAndPort(host: "::", port: 0))
  }

  @Test func onlyAnIPv6AddressHasAZone() {
    #expect(HostAndPort(host: "fe80::1%eth0", port: 1).withoutZone.description == "[fe80::1]:1")
    #expect(HostAndPort(host: "a%b", port: 1).withoutZone.host == "a%b")
  }
}
