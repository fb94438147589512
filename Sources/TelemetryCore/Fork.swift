internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Has state that threads share, and that a forked child, in which only the forking thread exists, must find whole.
package protocol ForkParticipant: AnyObject, Sendable {
  /// Who may hold its lock while it asks for another one stands before it.
  var forkOrder: ForkOrder { get }

  /// The process is about to fork: brings threads of its own to a halt, while no lock is held for the fork yet. Default:
  /// nothing.
  func haltForFork()

  /// Takes its lock. On the forking thread.
  func prepareFork()

  /// In the parent, after the fork: lets go of the lock.
  func forkedParent()

  /// In the child, before anything else runs there: begins anew, or keeps what it has, and lets go of the lock. What
  /// belongs to the parent is neither used nor released.
  func forkedChild()
}

extension ForkParticipant {
  package func haltForFork() {}
}

/// The order in which locks are taken before a fork.
package enum ForkOrder: Int, Sendable {
  case processor
  case exporter
  case runtime
  case loop
  case leaf
}

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

/// State behind a lock that a forked child goes on with as it was.
package final class ForkSafe<State>: ForkParticipant {
  private let state: Locked<State>

  package init(_ state: consuming sending State) {
    self.state = Locked(state)
    Fork.join(self)
  }

  deinit { Fork.leave(self) }

  package var forkOrder: ForkOrder { .leaf }

  /// Calls `body` with the state while no other thread can reach it.
  package func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending State) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    try state.withLock(body)
  }

  package func prepareFork() { state.lock() }
  package func forkedParent() { state.unlock() }
  package func forkedChild() { state.unlock() }
}
