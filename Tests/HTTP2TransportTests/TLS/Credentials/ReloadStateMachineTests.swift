import TestThreads
import Testing

@testable import HTTP2Transport

/// A machine in a class, because `#expect` takes no mutating call.
private final class Machine {
  private var machine: ReloadStateMachine
  var used: [FileIdentity?] { machine.used }

  init(used: [FileIdentity?]) { machine = ReloadStateMachine(used: used) }

  func loads(_ files: [FileIdentity?]) -> Bool { machine.filesExamined(files) == .load }
  func loaded(_ files: [FileIdentity?]) { machine.filesLoaded(files) }
  func reportsFailure(_ files: [FileIdentity?]) -> Bool { machine.loadFailed(files) == .reportFailure }
}

@Suite(.ownThreads) struct ReloadStateMachineTests {
  private func set(_ numbers: Int64...) -> [FileIdentity?] {
    numbers.map { $0 == 0 ? nil : FileIdentity(modified: $0) }
  }

  @Test("unchanged files aren't loaded")
  func unchanged() {
    let machine = Machine(used: set(1, 2))
    for _ in 0..<3 { #expect(!machine.loads(set(1, 2))) }
  }

  @Test("a change of any file is loaded once")
  func changed() {
    for found in [set(3, 2), set(1, 3), set(3, 3)] {
      let machine = Machine(used: set(1, 2))
      #expect(machine.loads(found))
      machine.loaded(found)
      #expect(!machine.loads(found))
      #expect(machine.used == found)
    }
  }

  @Test("files that can't be used, or are missing, are reported once and not loaded again until they change")
  func refused() {
    for bad in [set(3, 2), set(0, 2), set(0, 0)] {
      let machine = Machine(used: set(1, 2))
      #expect(machine.loads(bad))
      #expect(machine.reportsFailure(bad))
      for _ in 0..<3 { #expect(!machine.loads(bad)) }
      #expect(machine.used == set(1, 2))
      #expect(machine.loads(set(3, 4)))
      #expect(machine.reportsFailure(set(3, 4)))
      #expect(machine.loads(set(5, 6)))
      machine.loaded(set(5, 6))
      #expect(machine.used == set(5, 6))
      // Files that were refused before are reported again after others were used.
      #expect(machine.loads(bad))
      #expect(machine.reportsFailure(bad))
    }
  }

  @Test("files that return to the used state end a refusal")
  func back() {
    let machine = Machine(used: set(1, 2))
    #expect(machine.loads(set(3, 2)))
    #expect(machine.reportsFailure(set(3, 2)))
    #expect(!machine.loads(set(1, 2)))
    #expect(machine.loads(set(3, 2)))
    #expect(machine.reportsFailure(set(3, 2)))
  }

  @Test("a change of any part of a file's identity is a change")
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
