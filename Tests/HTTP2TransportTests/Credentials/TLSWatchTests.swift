import TestThreads
import Testing

@testable import HTTP2Transport

/// In a class, since `#expect` takes no mutating call.
private final class Watch {
  private var watch: TLSWatch
  var used: TLSFileSet { watch.used }

  init(used: TLSFileSet) { watch = TLSWatch(used: used) }

  func seen(_ files: TLSFileSet) -> Bool { watch.seen(files) }
  func loaded(_ files: TLSFileSet) { watch.loaded(files) }
  func failed(_ files: TLSFileSet) -> Bool { watch.failed(files) }
}

@Suite(.ownThreads) struct TLSWatchTests {
  private func set(_ numbers: Int64...) -> TLSFileSet {
    TLSFileSet(numbers.map { $0 == 0 ? nil : FileIdentity(modified: $0) })
  }

  @Test("files that are as they were are left alone")
  func unchanged() {
    let watch = Watch(used: set(1, 2))
    for _ in 0..<3 { #expect(!watch.seen(set(1, 2))) }
  }

  @Test("a change of any file is loaded, once")
  func changed() {
    for found in [set(3, 2), set(1, 3), set(3, 3)] {
      let watch = Watch(used: set(1, 2))
      #expect(watch.seen(found))
      watch.loaded(found)
      #expect(!watch.seen(found))
      #expect(watch.used == found)
    }
  }

  @Test("files that can't be used are named once and not loaded again, until they change; a missing one is such a file")
  func refused() {
    for bad in [set(3, 2), set(0, 2), set(0, 0)] {
      let watch = Watch(used: set(1, 2))
      #expect(watch.seen(bad))
      #expect(watch.failed(bad))
      for _ in 0..<3 { #expect(!watch.seen(bad)) }
      #expect(watch.used == set(1, 2))
      #expect(watch.seen(set(3, 4)))
      #expect(watch.failed(set(3, 4)))
      #expect(watch.seen(set(5, 6)))
      watch.loaded(set(5, 6))
      #expect(watch.used == set(5, 6))
      // What was refused once may come again, and is news then.
      #expect(watch.seen(bad))
      #expect(watch.failed(bad))
    }
  }

  @Test("files that go back to what they were end a refusal")
  func back() {
    let watch = Watch(used: set(1, 2))
    #expect(watch.seen(set(3, 2)))
    #expect(watch.failed(set(3, 2)))
    #expect(!watch.seen(set(1, 2)))
    #expect(watch.seen(set(3, 2)))
    #expect(watch.failed(set(3, 2)))
  }

  @Test("each part of a file's identity counts")
  func identity() {
    let one = FileIdentity(device: 1, inode: 2, size: 3, modified: 4, changed: 5)
    for change in [\FileIdentity.device, \.inode] as [WritableKeyPath<FileIdentity, UInt64>] {
      var other = one
      other[keyPath: change] += 1
      #expect(other != one)
    }
    for change in [\FileIdentity.size, \.modified, \.changed] as [WritableKeyPath<FileIdentity, Int64>] {
      var other = one
      other[keyPath: change] += 1
      #expect(other != one)
    }
  }
}
