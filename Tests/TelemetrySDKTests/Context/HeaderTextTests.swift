import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct HeaderTextTests {
  @Test func blanksAndTabsAreTrimmed() {
    #expect(HeaderText.trimmed(" \t a b\t "[...]) == "a b" && HeaderText.trimmed(" \t"[...]) == "")
    #expect(HeaderText.trimmed("\na"[...]) == "\na")
  }

  @Test func namesAreEqualInAnyCase() {
    #expect(HeaderText.isSameName("TraceParent", "traceparent") && !HeaderText.isSameName("a", "ab"))
    #expect(!HeaderText.isSameName("[", "{") && !HeaderText.isSameName("@", "`"))
  }

  @Test("tokens are the characters of RFC 9110, 5.6.2")
  func tokens() {
    let all = String(decoding: (0x21...0x7E).map { UInt8($0) }, as: UTF8.self)
    let tokens = all.filter { HeaderText.isToken(String($0)) }
    #expect(tokens == "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~")
    #expect(!HeaderText.isToken("") && !HeaderText.isToken("a b") && !HeaderText.isToken("é"))
  }

  @Test func bytesThatBaggageCannotHoldAreEncoded() {
    #expect(HeaderText.percentEncoded("plain-~:/?") == "plain-~:/?")
    #expect(HeaderText.percentEncoded("a b,c;d\\\"%é\u{0}") == "a%20b%2Cc%3Bd%5C%22%25%C3%A9%00")
  }

  @Test func shortHexadecimalIsRead() {
    #expect(HeaderText.hexadecimal("fF", maxCount: 2) == 255 && HeaderText.hexadecimal("", maxCount: 2) == nil)
    #expect(HeaderText.hexadecimal("123", maxCount: 2) == nil && HeaderText.hexadecimal("+1", maxCount: 2) == nil)
  }
}
