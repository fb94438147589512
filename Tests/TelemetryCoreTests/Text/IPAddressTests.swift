import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct IPAddressTests {
  @Test("the first bits of two addresses are compared") func prefixes() throws {
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

  @Test func loopbackAddressesAreRecognized() throws {
    for text in ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"] {
      #expect(try #require(IPAddress(text)).isLoopback)
    }
    for text in ["126.255.255.255", "128.0.0.1", "::", "::2", "1::1", "::ffff:10.0.0.1", "::127.0.0.1"] {
      #expect(try #require(IPAddress(text)).isLoopback == false)
    }
  }

  @Test func onlyAMappedAddressIsUnmapped() {
    #expect(IPAddress("::ffff:1.2.3.4")?.unmapped == IPAddress("1.2.3.4"))
    #expect(IPAddress("1:ffff:1.2.3.4") == nil)
    for text in ["::fffe:1.2.3.4", "1::ffff:1.2.3.4", "::1.2.3.4"] {
      #expect(IPAddress(text)?.unmapped == IPAddress(text))
      #expect(IPAddress(text) != nil)
    }
  }

  @Test func aPrefixHasAnyCount() throws {
    let four = try #require(IPAddress("1.2.3.4"))
    let six = try #require(IPAddress("::1"))
    for count in Extremes.integers {
      #expect(four.hasPrefix(count, of: four) && six.hasPrefix(count, of: six))
      #expect(four.hasPrefix(count, of: try #require(IPAddress("255.0.0.0"))) == (count <= 0))
    }
  }

  @Test func anyTextIsAnAddressOrNone() {
    var random = SeededRandom(seed: 7)
    let parts = [
      "::", ":", "1", "ffff", "255", "256", ".", "%eth0", "[", "]", "é", "\0", "00000000000000000000", "-1", "+1",
    ]
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 0...20, using: &random)).map { _ in parts.randomElement(using: &random)! }.joined()
      guard let address = IPAddress(text) else { continue }
      #expect(IPAddress(address.description) == address)
      _ = (address.isLoopback, address.unmapped)
    }
    #expect(IPAddress(String(repeating: ":", count: 1_000_000)) == nil)
  }
}
