import Glibc

/// The CPU time of the process, user and system, in nanoseconds.
public func processCPU() -> UInt64 { clock(CLOCK_PROCESS_CPUTIME_ID) }

/// The CPU time of this thread in nanoseconds.
public func threadCPU() -> UInt64 { clock(CLOCK_THREAD_CPUTIME_ID) }

private func clock(_ id: clockid_t) -> UInt64 {
  var time = timespec()
  clock_gettime(id, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// The positional arguments of the command line.
public struct Arguments {
  private let usage: String
  private var rest = CommandLine.arguments.dropFirst()

  /// - Parameter usage: The text for a missing or invalid argument.
  public init(usage: String) { self.usage = usage }

  /// True after the last argument.
  public var isEmpty: Bool { rest.isEmpty }

  /// The next argument.
  public mutating func text() -> String {
    guard let first = rest.popFirst() else { stop() }
    return first
  }

  /// The next argument, a number from 0.
  public mutating func number() -> Int {
    guard let value = Int(text()), value >= 0 else { stop() }
    return value
  }

  /// Prints the usage and ends the program.
  public func stop() -> Never {
    let line = Array("usage: \(usage)\n".utf8)
    _ = Glibc.write(2, line, line.count)
    exit(64)
  }
}

/// Prints `name value` for `Benchmarks/run`, without a buffer.
public func report(_ name: String, _ value: some CustomStringConvertible) {
  print(name, value)
  fflush(nil)
}

/// Reads a file; ends the program if there is none.
public func contents(ofFile path: String) -> [UInt8] {
  guard let file = fopen(path, "rb") else {
    perror(path)
    exit(66)
  }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
  return bytes
}

/// Writes a file; ends the program if that fails.
public func write(_ bytes: [UInt8], toFile path: String) {
  guard let file = fopen(path, "wb"), fwrite(bytes, 1, bytes.count, file) == bytes.count, fclose(file) == 0 else {
    perror(path)
    exit(74)
  }
}
