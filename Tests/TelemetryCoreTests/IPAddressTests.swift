import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct IPAddressTests {
  @Test func prefixes() throws {
    let address = try #require(IPAddress("170.170.170.170"))
    for count in 0...32 {
      #expect(address.hasPrefix(count, of: address))
      for bit in 0..<32 {
        let other = IPAddress.v4(0xAAAA_AAAA ^ (1 << (31 - UInt32(bit))))
        #expect(address.hasPrefix(count, of: other) == (bit >= count))
      }
    }
    let six = IPAddress.v6(high: 0xAAAA_AAAA_AAAA_AAAA, low: 0x5555_5555_5555_5555)
    for count in 0...128 {
      #expect(six.hasPrefix(count, of: six))
      for bit in 0..<128 {
        let high = 0xAAAA_AAAA_AAAA_AAAA ^ (bit < 64 ? UInt64(1) << (63 - UInt64(bit)) : 0)
        let low = 0x5555_5555_5555_5555 ^ (bit >= 64 ? UInt64(1) << (127 - UInt64(bit)) : 0)
        #expect(six.hasPrefix(count, of: .v6(high: high, low: low)) == (bit >= count))
      }
    }
    #expect(!six.hasPrefix(0, of: address))
    #expect(!address.hasPrefix(0, of: six))
  }

  @Test func loopback() throws {
    for text in ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"] {
      #expect(try #require(IPAddress(text)).isLoopback)
    }
    for text in ["126.255.255.255", "128.0.0.1", "::", "::2", "1::1", "::ffff:10.0.0.1", "::127.0.0.1"] {
      #expect(try #require(IPAddress(text)).isLoopback == false)
    }
  }

  @Test func unmapped() {
    #expect(IPAddress("::ffff:1.2.3.4")?.unmapped == IPAddress("1.2.3.4"))
    #expect(IPAddress("1:ffff:1.2.3.4") == nil)
    for text in ["::fffe:1.2.3.4", "1::ffff:1.2.3.4", "::1.2.3.4"] {
      #expect(IPAddress(text)?.unmapped == IPAddress(text))
      #expect(IPAddress(text) != nil)
    }
  }
}
