import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct ASCIITests {
  @Test func allBytesAreInTheirClasses() {
    for byte in UInt8.min...UInt8.max {
      let character = Character(Unicode.Scalar(byte))
      let isASCII = byte < 0x80
      #expect(byte.isASCIIDigit == (isASCII && character.isNumber))
      #expect(byte.isASCIILetter == (isASCII && character.isLetter))
      #expect(
        byte.isPrintableASCII
          == (isASCII
            && (character.isLetter || character.isNumber || " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".contains(character))))
      #expect(
        byte.isASCIIAlphanumeric(or: "-_") == (byte.isASCIIDigit || byte.isASCIILetter || "-_".contains(character)))
      #expect(byte.hexadecimalDigit.map(Int.init) == (isASCII ? character.hexDigitValue : nil))
    }
  }
}
