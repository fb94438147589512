import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

@Suite(.ownThreads) struct FloodTests {
  private static let headers = FramePeer.headers(1, [0x88])
  private static let floods: [(String, [UInt8], [UInt8])] = [
    ("empty DATA", headers, FramePeer.frame(Frame.data, 0, 1, [])),
    ("DATA of single bytes", headers, FramePeer.frame(Frame.data, 0, 1, [0])),
    ("padding", headers, FramePeer.frame(Frame.data, 8, 1, [100] + [UInt8](repeating: 0, count: 100))),
    ("interim responses", [], FramePeer.headers(1, [0x08, 3] + Array("103".utf8))),
    ("PRIORITY", [], FramePeer.frame(2, 0, 1, [0, 0, 0, 0, 16])),
    ("WINDOW_UPDATE", [], FramePeer.windowUpdate(0, 1)),
    ("PING acknowledgements", [], FramePeer.frame(Frame.ping, 1, 0, [UInt8](repeating: 7, count: 8))),
    ("PING", [], FramePeer.frame(Frame.ping, 0, 0, [UInt8](repeating: 7, count: 8))),
    ("unknown frames", [], FramePeer.frame(200, 0, 1, [])),
    ("unknown frames without a stream", [], FramePeer.frame(200, 0, 0, [UInt8](repeating: 1, count: 1_000))),
    ("SETTINGS", [], FramePeer.settings([(4, 65_535)])),
    ("frames for a stream that was reset", FramePeer.reset(1, 8), FramePeer.frame(Frame.reset, 0, 1, [0, 0, 0, 8])),
  ]

  @Test(
    "frames without progress end the connection, with ENHANCE_YOUR_CALM unless the frames are an error",
    arguments: floods)
  func flood(name: String, opening: [UInt8], frame: [UInt8]) throws {
    try withPair { pair in
      let call = pair.request()
      await pair.peer.request(1)
      let start = pair.simulation.now
      let chunk = opening + Array(repeatElement(frame, count: (400 << 10) / frame.count).joined())
      await pair.peer.send(chunk)
      #expect(await call.value.failure != nil)
      await pair.peer.end()
      #expect(pair.simulation.now - start < .seconds(1))
      guard case .closed(.lost) = pair.events.all.last else {
        Issue.record("\(name): \(pair.events.all)")
        return
      }
      // nghttp2 ends floods of PING and SETTINGS without a word; padding exceeds the window (3).
      let codes = await pair.peer.frames.filter { $0.type == Frame.goAway }.map(\.code)
      let expected: [UInt32] =
        switch name {
        case "PING", "SETTINGS": []
        case "padding": [3]
        default: [11]
        }
      #expect(codes == expected, "\(name)")
    }
  }

  @Test("a large upload with a window update for each kilobyte is no flood")
  func upload() throws {
    try withPair { pair in
      let call = pair.request(3 << 20, within: .seconds(600))
      for _ in 0..<(3 << 10) {
        await pair.peer.send(FramePeer.windowUpdate(0, 1_024) + FramePeer.windowUpdate(1, 1_024))
        await pair.simulation.sleep(.milliseconds(1))
      }
      await pair.peer.request(1)
      await pair.peer.answer(1)
      #expect(await call.value.failure == nil)
    }
  }
}
