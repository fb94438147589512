import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct DecimalTests {
  @Test("a number has decimal digits alone", arguments: ["", "+1", "-1", " 1", "1 ", "1.0", "0x1", "1e3", "٣", "1\0"])
  func refused(text: String) { #expect(Int(decimal: text) == nil) }

  @Test func aNumberFitsItsType() {
    #expect(UInt8(decimal: "255") == 255 && UInt8(decimal: "256") == nil && Int(decimal: "007") == 7)
    #expect(Int64(decimal: "9223372036854775807") == .max && Int64(decimal: "9223372036854775808") == nil)
  }
}
