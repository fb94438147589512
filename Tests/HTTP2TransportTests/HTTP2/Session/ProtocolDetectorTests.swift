import TestThreads
import Testing

@testable import HTTP2Transport

@Suite(.ownThreads) struct ProtocolDetectorTests {
  @Test("the first bytes identify the protocol, in pieces of any size", arguments: 1...9)
  func firstBytes(step: Int) {
    func verdict(_ bytes: [UInt8], _ error: HTTP2ConnectError = .timedOut) -> HTTP2ConnectError {
      var first = ProtocolDetector()
      for start in stride(from: 0, to: bytes.count, by: step) {
        bytes[start..<min(start + step, bytes.count)].withUnsafeBytes { first.append($0) }
      }
      return first.refined(error)
    }
    #expect(verdict(Array("HTTP/1.1 200 OK".utf8)) == .http1)
    #expect(verdict(Array("HTTP/2".utf8)) == .timedOut)
    #expect(verdict([0x15, 3, 1, 0, 2]) == .peerSpeaksTLS)
    for bytes in [[0, 0, 0, 4, 0], [0, 0], []] as [[UInt8]] { #expect(verdict(bytes, .closedByPeer) == .closedByPeer) }
    for bytes in [[0, 0, 0, 6, 0], [0x32], Array("HTTP/2".utf8)] as [[UInt8]] {
      guard case .notHTTP2 = verdict(bytes, .closedByPeer) else {
        Issue.record("\(bytes)")
        continue
      }
    }
  }
}
