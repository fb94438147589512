/// Decides which signals `otlp exec` passes on to its command.
///
/// ```
/// waiting ── starts ──▶ starting ── started ──▶ running ── ended ──▶ ended
///                          └───────── ended (not started) ─────────────▲
/// ```
package struct CommandStateMachine {
  package enum Action: Equatable {
    /// Sends a signal to the command.
    case send(number: Int32, to: Int32)
    /// Ends the tool.
    case exit(code: Int32)
  }

  private enum State {
    /// With the signals for the command.
    case waiting([Int32])
    /// The command may run already, but its number isn't known yet.
    case starting([Int32])
    case running(Int32)
    case ended(code: Int32)
  }

  private var state = State.waiting([])
  private let ignored: Set<Int32>

  /// - Parameter ignored: The signals that this process was started to ignore.
  package init(ignoring ignored: Set<Int32> = []) { self.ignored = ignored }

  /// A signal came. It is passed on, unless a key of the terminal made it, which signals every process of its foreground, the
  /// command included. After the command's end, a signal that ends programs ends the tool with the command's exit code, since
  /// telemetry must not delay that. A signal that the tool was started to ignore reaches the command, which may handle it, and
  /// doesn't end the tool.
  /// - Parameter isSent: False if the kernel made the signal, as for a key of the terminal.
  package mutating func received(_ number: Int32, isSent: Bool) -> Action? {
    let reachedCommand = !isSent && CommandSignals.keys.contains(number)
    switch state {
    case .waiting(let numbers): state = .waiting(numbers + [number])
    case .starting(let numbers): if !reachedCommand { state = .starting(numbers + [number]) }
    case .running(let id): if !reachedCommand { return .send(number: number, to: id) }
    case .ended(let code):
      if CommandSignals.ends.contains(number), !ignored.contains(number) { return .exit(code: code) }
    }
    return nil
  }

  /// The command is about to be started. A key that is pressed just before may reach neither: it can be pressed again.
  package mutating func starts() {
    if case .waiting(let numbers) = state { state = .starting(numbers) }
  }

  /// The command runs.
  /// - Returns: The signals that came for it.
  package mutating func started(_ id: Int32) -> [Action] {
    defer { state = .running(id) }
    guard case .starting(let numbers) = state else { return [] }
    return numbers.map { .send(number: $0, to: id) }
  }

  /// The command has ended, or wasn't started.
  package mutating func ended(code: Int32) { state = .ended(code: code) }
}
