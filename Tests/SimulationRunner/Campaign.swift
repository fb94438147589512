import Glibc
import SimulatedWorlds
import TelemetrySDK

/// Runs the seeds on several worker processes and adds up their results.
struct Campaign {
  /// A worker process and its progress.
  private struct Process {
    var id: pid_t
    var output: Int32
    var text: [UInt8] = []
    /// The place of the current seed.
    var place: UInt64
    var lastOutput = seconds()
    var hasEnded = false
    var faults: [String] = []
  }

  /// A worker without output for this number of seconds hangs.
  private static let patience = 300.0
  private static let maxFailures = 20
  /// The number of a worker's counts before the counts of dropped spans.
  private static let leadingCounts = 8

  private let options: Options
  private let start = seconds()
  private var processes: [Process] = []
  private var seeds = 0
  private var counts = [Int](repeating: 0, count: leadingCounts + DropReason.allCases.count)
  private var failures = 0
  private var lastProgress = seconds()

  init(_ options: Options) { self.options = options }

  /// True if no seed failed.
  mutating func run() throws -> Bool {
    printLine(options.plan)
    for place in 0..<min(UInt64(options.jobs), options.seeds.count) { processes.append(try begin(place)) }
    while !processes.isEmpty, failures < Campaign.maxFailures {
      wait()
      try replaceEndedWorkers()
    }
    for process in processes { kill(process.id, SIGKILL) }
    report()
    return failures == 0
  }

  private func begin(_ place: UInt64) throws -> Process {
    var pipes: [Int32] = [0, 0]
    guard pipe(&pipes) == 0 else { throw Options.Failure(description: "pipe: errno \(errno)") }
    _ = fcntl(pipes[0], F_SETFD, FD_CLOEXEC)
    defer { close(pipes[1]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
    posix_spawn_file_actions_addclose(&actions, pipes[1])
    let seeds = options.seeds
    var arguments = [CommandLine.arguments[0], "--worker", "\(place)", "\(options.jobs)", "\(seeds.count)"]
    arguments += ["--from", "\(seeds.from)", "--first", "\(seeds.first)"]
    if options.overTLS { arguments.append("--tls") }
    if let limit = options.seconds { arguments += ["--seconds", "\(max(0, limit - (seconds() - start)))"] }
    let argv = arguments.map { strdup($0) } + [nil]
    defer { argv.forEach { free($0) } }
    var id: pid_t = 0
    let code = posix_spawn(&id, CommandLine.arguments[0], &actions, nil, argv, environ)
    guard code == 0 else { throw Options.Failure(description: "\(arguments[0]): errno \(code)") }
    return Process(id: id, output: pipes[0], place: place)
  }

  // MARK: Output of the workers

  private mutating func wait() {
    var descriptors = processes.map { pollfd(fd: $0.output, events: Int16(POLLIN), revents: 0) }
    guard poll(&descriptors, nfds_t(descriptors.count), 1000) > 0 else { return }
    for index in processes.indices where descriptors[index].revents != 0 {
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(processes[index].output, &buffer, buffer.count)
      if count > 0 { take(buffer.prefix(count), index) } else { processes[index].hasEnded = true }
    }
  }

  private mutating func take(_ bytes: ArraySlice<UInt8>, _ index: Int) {
    processes[index].lastOutput = seconds()
    processes[index].text += bytes
    while let end = processes[index].text.firstIndex(of: UInt8(ascii: "\n")) {
      let line = String(decoding: processes[index].text[..<end], as: UTF8.self)
      processes[index].text.removeSubrange(...end)
      take(line, index)
    }
  }

  private mutating func take(_ line: String, _ index: Int) {
    let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return }
    switch parts[0] {
    case "seed": processes[index].place = UInt64(parts[1]) ?? 0
    case "fault": processes[index].faults.append(parts[1])
    case "done":
      seeds += 1
      for (place, value) in parts[1].split(separator: " ").enumerated() { counts[place] += Int(value) ?? 0 }
      if !processes[index].faults.isEmpty { fail(processes[index].place, processes[index].faults) }
      processes[index].faults = []
    default: break
    }
  }

  // MARK: Ends

  private mutating func replaceEndedWorkers() throws {
    for index in processes.indices.reversed() {
      if !processes[index].hasEnded, seconds() - processes[index].lastOutput > Campaign.patience {
        processes[index].faults.append("no end after \(Int(Campaign.patience)) s")
        kill(processes[index].id, SIGKILL)
        processes[index].hasEnded = true
      }
      guard processes[index].hasEnded else { continue }
      let process = processes.remove(at: index)
      var status: Int32 = 0
      while waitpid(process.id, &status, 0) < 0, errno == EINTR {}
      close(process.output)
      guard status != 0 else { continue }
      // The worker crashed or hung. Another worker continues after that seed.
      fail(process.place, process.faults + ["the process ended with status \(status)"])
      let next = process.place + UInt64(options.jobs)
      if options.seeds[next] != nil { processes.append(try begin(next)) }
    }
    if seconds() - lastProgress > 30 {
      lastProgress = seconds()
      printLine("\(seeds) seeds, \(failures) failed", to: STDERR_FILENO)
    }
  }

  private mutating func fail(_ place: UInt64, _ faults: [String]) {
    guard let number = options.seeds[place] else { return }
    failures += 1
    printLine("seed \(number) fails; to replay: \(Seed(number, overTLS: options.overTLS).command)")
    for fault in faults.prefix(5) { printLine("  \(fault)") }
  }

  private func report() {
    let time = seconds() - start
    let reasons = zip(DropReason.allCases, counts.dropFirst(Campaign.leadingCounts))
    let dropped = reasons.filter { $0.1 > 0 }.map { "\($0.0) \($0.1)" }
    printLine(
      """
      \(seeds) seeds in \(tenths(time)) s: \(tenths(Double(seeds) / time)) seeds/s on \(options.jobs) processes
      spans ended \(counts[0]): exported \(counts[1]), rejected \(counts[2]), dropped: \(dropped.joined(separator: ", "))
      possible duplicates \(counts[3]), requests \(counts[4]); worlds with round_robin \(counts[5]), \
      with several names \(counts[6]), with several connections to a server \(counts[7])
      seeds that failed: \(failures)
      """)
  }

  private func tenths(_ value: Double) -> String { "\(Double(Int(value * 10)) / 10)" }
}
