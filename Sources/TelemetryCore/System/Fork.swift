internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What happens around a fork of the process (pthread_atfork). `vfork` and `posix_spawn` don't come by here.
package enum Fork {
  // SAFETY: a participant leaves in its deinit, before its memory goes away.
  @safe
  private struct Member {
    unowned(unsafe) let participant: any ForkParticipant
  }

  private static let members: Locked<[Member]> = {
    // Once, with the first participant.
    _ = pthread_atfork({ Fork.prepare() }, { Fork.inParent() }, { Fork.inChild() })
    return Locked([])
  }()

  /// The generation of a process that isn't a child.
  static let firstGeneration: UInt32 = 1
  private static let forks = Atomic<UInt32>(firstGeneration)

  /// Which process this is: another number in a child than in its parent. Never 0.
  package static var generation: UInt32 { forks.load(ordering: .relaxed) }

  /// Takes part in all forks from now on; not for use under a lock that takes part.
  package static func join(_ participant: some ForkParticipant) {
    let order = participant.forkOrder.rawValue
    members.withLock { members in
      let place = members.firstIndex { unsafe $0.participant.forkOrder.rawValue > order } ?? members.endIndex
      members.insert(Member(participant: participant), at: place)
    }
  }

  /// The first thing in a participant's `deinit`.
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
    // What others stand on comes first: descriptors, then threads.
    for member in unsafe members.value.pointee.reversed() { unsafe member.participant.forkedChild() }
    members.unlock()
  }
}
