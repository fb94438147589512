internal import COTLPSystem
internal import Synchronization
internal import TelemetryCore

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The process of `otlp exec`'s command. Thread-safe.
final class CommandProcess: Sendable {
  private enum State {
    /// Signals that came before the start.
    case starting([Int32])
    case running(pid_t)
    case ended(code: Int32)
  }

  private let state = Mutex(State.starting([]))

  /// Passes a signal on, unless it came from a key of the terminal, which signals every process of its foreground, the command
  /// included. After the command's end, a signal that ends programs ends the tool with the command's exit code, since
  /// telemetry must not delay that.
  func receive(_ number: Int32, isSent: Bool) {
    let code = state.withLock { state -> Int32? in
      switch state {
      case .starting(let numbers): state = .starting(numbers + [number])
      case .running(let id): if isSent || ![SIGINT, SIGQUIT].contains(number) { kill(id, number) }
      case .ended(let code): return [SIGHUP, SIGINT, SIGQUIT, SIGTERM].contains(number) ? code : nil
      }
      return nil
    }
    if let code { Process.exit(code) }
  }

  /// Starts the last arguments of this process as a command, and blocks until its end.
  /// - Parameters:
  ///   - count: The number of arguments.
  ///   - onStart: Called with the process's number.
  func run(
    lastArguments count: Int, _ environment: borrowing CommandEnvironment, onStart: (pid_t) -> Void
  ) -> CommandEnd {
    let end =
      switch start(lastArguments: count, environment) {
      case .failure(let error): CommandEnd.notStarted(error: error.code)
      case .success(let id): wait(for: id, onStart)
      }
    state.withLock { $0 = .ended(code: end.exitCode) }
    return end
  }

  private func start(
    lastArguments count: Int, _ environment: borrowing CommandEnvironment
  ) -> Result<pid_t, SystemError> {
    // The bytes as they were given: a `String` would repair what isn't UTF-8.
    let arguments = unsafe CommandLine.unsafeArgv + (Int(CommandLine.argc) - count)
    guard let program = unsafe arguments.pointee else {
      return .failure(SystemError(call: "posix_spawnp", code: ENOENT))
    }
    let result = unsafe spawn(program, arguments, environment)
    guard case .failure(let error) = result, error.code == ENOEXEC,
      let path = CommandFile.path(of: unsafe String(cString: program), searchPath: Process.environment["PATH"])
    else { return result }
    // A script without a first line that names its interpreter is run by the shell, as execvp(3) does.
    return unsafe path.withCString { path in
      let rest = unsafe (1...count).map { unsafe arguments[$0] }  // ends with nil
      let shell = unsafe strdup("/bin/sh")
      defer { unsafe free(shell) }
      let line = unsafe [shell, UnsafeMutablePointer(mutating: path)] + rest
      return unsafe line.withUnsafeBufferPointer { line in
        unsafe spawn("/bin/sh", line.baseAddress.unsafelyUnwrapped, environment)
      }
    }
  }

  private func spawn(
    _ program: UnsafePointer<CChar>, _ arguments: UnsafePointer<UnsafeMutablePointer<CChar>?>,
    _ environment: borrowing CommandEnvironment
  ) -> Result<pid_t, SystemError> {
    var mask = CommandSignals.shared.inheritedMask
    let changes = Process.changes.withLock { $0 }
    var defaults = sigset_t()
    unsafe sigemptyset(&defaults)
    for number in changes.ignoredSignals { unsafe sigaddset(&defaults, number) }
    var id: pid_t = 0
    let error = unsafe environment.withEntries { entries in
      unsafe COTLPSystem_spawn(
        &id, program, arguments, entries, &mask, &defaults, changes.openedDescriptors,
        Int32(changes.openedDescriptors.count))
    }
    return error == 0 ? .success(id) : .failure(SystemError(call: "posix_spawnp", code: error))
  }

  private func wait(for id: pid_t, _ onStart: (pid_t) -> Void) -> CommandEnd {
    state.withLock { state in
      if case .starting(let numbers) = state { for number in numbers { kill(id, number) } }
      state = .running(id)
    }
    onStart(id)
    _ = COTLPSystem_await_end(id)
    // Reaped under the lock, so that no signal goes to another process with the same number.
    return state.withLock { state in
      var status: Int32 = 0
      while unsafe waitpid(id, &status, 0) < 0, errno == EINTR {}
      let end = CommandEnd(status: status)
      state = .ended(code: end.exitCode)
      return end
    }
  }
}
