import TestThreads
import Testing

@testable import TelemetryCore

@Suite(.ownThreads) struct SecretBytesTests {
  @Test("wiped bytes are zero, copies are equal, and no description shows them")
  func wiped() {
    var bytes = Array("hunter2".utf8)
    bytes.withUnsafeMutableBytes { SecretBytes.wipe($0) }
    #expect(bytes == [UInt8](repeating: 0, count: 7))
    let secret = SecretBytes("hunter2".utf8)
    #expect(secret == SecretBytes("hunter2".utf8) && secret != SecretBytes("hunter3".utf8))
    #expect("\(secret)" == "[REDACTED] (7 bytes)")
    #expect(SecretBytes([]).count == 0)
    #expect(SecretBytes(capacity: 3) { _ in 9 }.count == 3)
    #expect(SecretBytes(capacity: 3) { _ in -1 }.count == 0)
  }
}
