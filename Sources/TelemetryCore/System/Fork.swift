internal import OTLPSystem
internal import Synchronization

/// Calls the participants around a fork of the process (pthread_atfork). `vfork` and `posix_spawn` call nothing.
package enum Fork {
  private enum Step {
    case halt
    case prepare
    case inParent
    case inChild
  }

  /// A participant, which is never retained: the release would be the last one if its owner lets go meanwhile, and its `deinit`
  /// would wait here for the lock that this thread holds.
  private struct Member {
    let id: ObjectIdentifier
    let order: Int
    let perform: @Sendable (Step) -> Void

    init<Participant: ForkParticipant>(_ participant: Participant) {
      id = ObjectIdentifier(participant)
      order = participant.forkOrder.rawValue
      // SAFETY: a participant leaves in its deinit, before the memory is freed.
      let reference = unsafe Unmanaged.passUnretained(participant)
      perform = { step in
        unsafe reference._withUnsafeGuaranteedRef { participant in
          switch step {
          case .halt: participant.haltForFork()
          case .prepare: participant.prepareFork()
          case .inParent: participant.forkedParent()
          case .inChild: participant.forkedChild()
          }
        }
      }
    }
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
    let member = Member(participant)
    members.withLock { members in
      let place = members.firstIndex { $0.order > member.order } ?? members.endIndex
      members.insert(member, at: place)
    }
  }

  /// Removes a participant. Called first in its `deinit`.
  package static func leave(_ participant: some ForkParticipant) {
    let leaving = ObjectIdentifier(participant)
    members.withLock { members in members.removeAll { $0.id == leaving } }
  }

  private static func prepare() {
    members.lock()
    for member in unsafe members.value.pointee { member.perform(.halt) }
    for member in unsafe members.value.pointee { member.perform(.prepare) }
  }

  private static func inParent() {
    for member in unsafe members.value.pointee.reversed() { member.perform(.inParent) }
    members.unlock()
  }

  private static func inChild() {
    forks.add(1, ordering: .relaxed)
    // In reverse order, so that descriptors and threads are ready before their users.
    for member in unsafe members.value.pointee.reversed() { member.perform(.inChild) }
    members.unlock()
  }
}
