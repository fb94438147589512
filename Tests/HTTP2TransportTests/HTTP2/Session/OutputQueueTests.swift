import TestThreads
import Testing

@testable import HTTP2Transport

@Suite(.ownThreads)
struct OutputQueueTests {
  private func bytes(_ queue: OutputQueue) -> [UInt8] {
    queue.pending.flatMap { Array(UnsafeRawBufferPointer(start: $0.start, count: $0.count)) }
  }

  @Test(
    "frames and bodies keep their order, neighbours in the arena form one slice, and any number of bytes can be written",
    arguments: 1...9
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

  @Test("a full queue accepts nothing until it is written")
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
}
