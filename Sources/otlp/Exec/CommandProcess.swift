internal import COTLPSystem
internal import OTLPSystem
internal import Synchronization
internal import TelemetryCore

/// The process of `otlp exec`'s command. Thread-safe.
final class CommandProcess: Sendable {
  private let machine = Mutex(CommandStateMachine(ignoring: CommandSignals.shared.ignoredNumbers))

  /// Takes a signal that the tool got.
  func receive(_ number: Int32, isSent: Bool) {
    // Sent under the lock, in which the command is reaped, so that no signal goes to another process with the same number.
    let code = machine.withLock { machine -> Int32? in
      switch machine.received(number, isSent: isSent) {
      case .send(let number, let id): kill(id, number)
      case .exit(let code): return code
      case nil: break
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
    machine.withLock { $0.starts() }
    let end =
      switch start(lastArguments: count, environment) {
      case .failure(let error): CommandEnd.notStarted(error: error.code)
      case .success(let id): wait(for: id, onStart)
      }
    machine.withLock { $0.ended(code: end.exitCode) }
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
    machine.withLock { machine in
      for case .send(let number, let id) in machine.started(id) { kill(id, number) }
    }
    onStart(id)
    _ = COTLPSystem_await_end(id)
    return machine.withLock { machine in
      var status: Int32 = 0
      while unsafe waitpid(id, &status, 0) < 0, errno == EINTR {}
      let end = CommandEnd(status: status)
      machine.ended(code: end.exitCode)
      return end
    }
  }
}
