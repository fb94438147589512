import TestThreads
import Testing

@testable import HTTP2Transport

@Suite("HTTP/2: output queue, first bytes, received headers", .ownThreads)
struct OutputQueueTests {
  private func bytes(_ queue: OutputQueue) -> [UInt8] {
    queue.pending.flatMap { Array(UnsafeRawBufferPointer(start: $0.start, count: $0.count)) }
  }

  @Test(
    "frames and bodies in their order; neighbours in the arena are one slice; advancing by any amount", arguments: 1...9
  )
  func order(step: Int) {
    var queue = OutputQueue()
    defer { queue.deallocate() }
    let body: [UInt8] = [50, 51, 52, 53]
    body.withUnsafeBytes { body in
      let taken1 = queue.append(copying: [1, 2, 3], count: 3)
      #expect(taken1 == 3)
      let header: [UInt8] = Array(10..<19)
      let taken2 = queue.append(dataHeader: header, payload: body.baseAddress!, count: 4)
      #expect(taken2)
      let taken3 = queue.append(dataHeader: header, payload: body.baseAddress!, count: 0)
      #expect(taken3)
      let taken4 = queue.append(copying: [4], count: 1)
      #expect(taken4 == 1)
      #expect(queue.pending.count == 3)
      let all = [1, 2, 3] + header + body + header + [4]
      var written = 0
      while !queue.isEmpty {
        #expect(bytes(queue) == Array(all[written...]))
        let count = min(step, all.count - written)
        queue.advance(count)
        written += count
      }
      #expect(written == all.count)
      #expect(queue.appended == queue.written)
    }
  }

  @Test("a full queue takes nothing more, and everything again once it is written")
  func full() {
    var queue = OutputQueue()
    defer { queue.deallocate() }
    let header = [UInt8](repeating: 7, count: 9)
    header.withUnsafeBytes { body in
      var frames = 0
      while queue.append(dataHeader: header, payload: body.baseAddress!, count: 9) { frames += 1 }
      #expect(frames == OutputQueue.sliceCapacity / 2)
      let taken5 = queue.append(copying: header, count: 9)
      #expect(taken5 == 0)
      queue.advance(frames * 18)
      #expect(queue.isEmpty)
      let large = [UInt8](repeating: 1, count: OutputQueue.arenaCapacity + 1)
      let taken6 = queue.append(copying: large, count: large.count)
      #expect(taken6 == OutputQueue.arenaCapacity)
      let fits = queue.append(dataHeader: header, payload: body.baseAddress!, count: 9)
      #expect(!fits)
    }
  }

  @Test("the first bytes tell what a peer speaks, however they are cut", arguments: 1...9)
  func firstBytes(step: Int) {
    func verdict(_ bytes: [UInt8], _ error: HTTP2ConnectError = .timedOut) -> HTTP2ConnectError {
      var first = ProtocolDetector()
      for start in stride(from: 0, to: bytes.count, by: step) {
        bytes[start..<min(start + step, bytes.count)].withUnsafeBytes { first.append($0) }
      }
      return first.verdict(error)
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

  @Test("received headers: first value, all values, none; repaired text")
  func headers() {
    let headers = ReceivedHeaders([("a", "1"), ("b", ""), ("a", "2")])
    #expect(headers.value(for: "a") == "1")
    #expect(headers.values(for: "a") == ["1", "2"])
    #expect(headers.value(for: "b") == "")
    #expect(headers.value(for: "c") == nil)
    #expect(headers.withValue(for: "a") { Array($0) } == [0x31])
    #expect(ReceivedHeaders().isEmpty)
  }

  @Test("the fate of a call by how far its request got")
  func fates() {
    var call = StreamSlot()
    call.bodyCount = 40_000
    #expect(call.fate(written: 0, cut: true, maxFrameBytes: 16_384) == .neverProcessed)
    #expect(call.fate(written: 0, cut: false, maxFrameBytes: 16_384) == .neverProcessed)
    call.sent = 39_000  // one more frame may go out, and it ends the request
    #expect(call.fate(written: 0, cut: true, maxFrameBytes: 16_384) == .neverProcessed)
    #expect(call.fate(written: 0, cut: false, maxFrameBytes: 16_384) == .unknown)
    call.sent = 40_000
    call.endPosition = 40_100
    #expect(call.fate(written: 40_099, cut: true, maxFrameBytes: 16_384) == .neverProcessed)
    #expect(call.fate(written: 40_099, cut: false, maxFrameBytes: 16_384) == .unknown)
    #expect(call.fate(written: 40_100, cut: true, maxFrameBytes: 16_384) == .unknown)
  }
}
