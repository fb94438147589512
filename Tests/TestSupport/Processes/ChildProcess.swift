internal import Glibc
internal import Synchronization
internal import TelemetryCore

// Held from the creation of a pipe until its FD_CLOEXEC is set: another child would inherit the pipe and keep it open.
private let spawning = Mutex(())

/// A program that a test runs. The output goes to files, so that the program never waits for a reader.
package final class ChildProcess: Sendable {
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  package let id: Int32
  private let directory: String
  private let inputWriter: Int32
  private let isInputOpen = Atomic<Bool>(true)
  private let exitStatus = Promise<Int32>()

  /// Starts a program.
  /// - Parameters:
  ///   - arguments: The path of the program, then the arguments.
  ///   - environment: Variables beside PATH, HOME and a sanitizer's options. The program inherits no others.
  ///   - input: The standard input; nil leaves the input open and empty until ``closeInput()``.
  package init(_ arguments: [String], environment: [String: String] = [:], input: String? = nil) throws {
    directory = try TestFiles.makeDirectory()
    let directory = directory
    (id, inputWriter) = try spawning.withLock { _ in
      var pipes: [Int32] = [0, 0]
      guard pipe(&pipes) == 0 else { throw Failure(description: "pipe: errno \(errno)") }
      defer { close(pipes[0]) }
      _ = fcntl(pipes[1], F_SETFD, FD_CLOEXEC)
      return (try Self.spawn(arguments, environment, input: pipes[0], directory), pipes[1])
    }
    let (id, exitStatus) = (id, exitStatus)
    try ThreadSystem.start(name: "waitpid", stackSize: 1 << 18) {
      var status: Int32 = 0
      while waitpid(id, &status, 0) < 0, errno == EINTR {}
      exitStatus.fulfil(status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F)
    }
    if let input {
      let writer = inputWriter
      isInputOpen.store(false, ordering: .relaxed)
      try ThreadSystem.start(name: "input", stackSize: 1 << 18) {
        var bytes = Array(input.utf8)[...]
        while !bytes.isEmpty {
          let count = bytes.withUnsafeBytes { Glibc.write(writer, $0.baseAddress, $0.count) }
          if count <= 0 { break }
          bytes = bytes.dropFirst(count)
        }
        close(writer)
      }
    }
  }

  deinit {
    if exitStatus.current == nil { kill(id, SIGKILL) }
    closeInput()
    TestFiles.remove(directory)
  }

  package var output: String { TestFiles.read(directory + "/stdout") }
  package var errors: String { TestFiles.read(directory + "/stderr") }
  package var isRunning: Bool { exitStatus.current == nil }

  package func send(_ signal: Int32) { if isRunning { kill(id, signal) } }

  /// Writes to the open standard input.
  package func write(_ text: String) throws {
    let bytes = Array(text.utf8)
    guard isInputOpen.load(ordering: .relaxed), Glibc.write(inputWriter, bytes, bytes.count) == bytes.count else {
      throw Failure(description: "write: errno \(errno)")
    }
  }

  package func closeInput() { if isInputOpen.exchange(false, ordering: .relaxed) { close(inputWriter) } }

  /// Waits for the end of the program.
  /// - Returns: The exit code, or 128 plus the signal; nil if the limit passes first.
  package func wait(within limit: Duration = Loopback.patience) async -> Int32? {
    let loop = try? await TestLoop.shared()
    guard let loop else { return nil }
    return await Task(executorPreference: loop) { [exitStatus] in
      await exitStatus.value(until: .after(limit), on: loop)
    }.value
  }

  private static func spawn(
    _ arguments: [String], _ environment: [String: String], input: Int32, _ directory: String
  ) throws -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_addopen(&actions, 1, directory + "/stdout", flags, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, directory + "/stderr", flags, 0o600)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var defaults = sigset_t()
    sigemptyset(&none)
    sigemptyset(&defaults)
    // The tests' own process may ignore these, as one does that `nohup` started.
    for signal in [SIGPIPE, SIGHUP, SIGINT, SIGQUIT] { sigaddset(&defaults, signal) }
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let inherited = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "TSAN_OPTIONS"].compactMap {
      (name: String) -> String? in
      TestFiles.variable(name).map { "\(name)=\($0)" }
    }
    let argv = arguments.map { strdup($0) } + [nil]
    let envp = (inherited + environment.map { "\($0.key)=\($0.value)" }).map { strdup($0) } + [nil]
    defer { (argv + envp).forEach { free($0) } }
    var id: pid_t = 0
    let code = posix_spawn(&id, arguments[0], &actions, &attributes, argv, envp)
    guard code == 0 else { throw Failure(description: "\(arguments[0]): errno \(code)") }
    return id
  }
}
