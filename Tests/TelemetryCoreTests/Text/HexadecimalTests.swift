import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct HexadecimalTests {
  @Test func aNumberHas16Digits() {
    for number in [0, 1, 0xABC, 0x0123_4567_89AB_CDEF, UInt64.max] {
      let text = Hexadecimal.text(number)
      #expect(text.utf8.count == 16 && text == text.lowercased())
      #expect(Hexadecimal.number(text.utf8) == number && Hexadecimal.number(text.uppercased().utf8) == number)
    }
    #expect(Hexadecimal.number("12g4".utf8) == nil)
  }

  @Test func aByteHasTwoDigits() {
    #expect(Hexadecimal.text(of: [0x00, 0x0F, 0xA0, 0xFF]) == "000fa0ff")
    #expect(Hexadecimal.text(of: []) == "")
  }
}
