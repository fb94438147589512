internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Calls the participants around a fork of the process (pthread_atfork). `vfork` and `posix_spawn` call nothing.
package enum Fork {
  // SAFETY: a participant leaves in the deinit, before the memory is freed.
  @safe
  private struct Member {
    unowned(unsafe) let participant: any ForkParticipant
  }

  private static let members: Locked<[Member]> = {
    // Called once, when the first participant joins.
    _ = pthread_atfork({ Fork.prepare() }, { Fork.inParent() }, { Fork.inChild() })
    return Locked([])
  }()

  /// The generation of a process that is no forked child.
  static let firstGeneration: UInt32 = 1
  private static let forks = Atomic<UInt32>(firstGeneration)

  /// A number that differs between a forked child and its parent. Never 0.
  package static var generation: UInt32 { forks.load(ordering: .relaxed) }

  /// Adds a participant. The caller must hold no lock of a participant.
  package static func join(_ participant: some ForkParticipant) {
    let order = participant.forkOrder.rawValue
    members.withLock { members in
      let place = members.firstIndex { unsafe $0.participant.forkOrder.rawValue > order } ?? members.endIndex
      members.insert(Member(participant: participant), at: place)
    }
  }

  /// Removes a participant. Called first in its `deinit`.
  package static func leave(_ participant: some ForkParticipant) {
    let leaving = ObjectIdentifier(participant)
    members.withLock { members in
      members.removeAll { unsafe ObjectIdentifier($0.participant) == leaving }
    }
  }

  private static func prepare() {
    members.lock()
    for member in unsafe members.value.pointee { unsafe member.participant.haltForFork() }
    for member in unsafe members.value.pointee { unsafe member.participant.prepareFork() }
  }

  private static func inParent() {
    for member in unsafe members.value.pointee.reversed() { unsafe member.participant.forkedParent() }
    members.unlock()
  }

  private static func inChild() {
    forks.add(1, ordering: .relaxed)
    // In reverse order, so that descriptors and threads are ready before their users.
    for member in unsafe members.value.pointee.reversed() { unsafe member.participant.forkedChild() }
    members.unlock()
  }
}
