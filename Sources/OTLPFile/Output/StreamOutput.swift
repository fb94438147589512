internal import OTLPSystem
internal import Synchronization
internal import TelemetryCore
internal import TelemetrySDK

/// A pipe, a terminal, or another descriptor: a line that was written in part is completed before any other, or taken back if the
/// descriptor is that of a file.
final class StreamOutput: LineOutput {
  /// A line of which the stream took the first bytes.
  private struct Unfinished {
    let line: FileLine
    var done: Int
  }

  private struct State {
    var descriptor: Int32?
    /// The process that has the descriptor: in a forked child the number may belong to another file.
    var generation = Fork.generation
    var unfinished: Unfinished?
  }

  /// The outputs of descriptors: exporters that write to the same one share it, so that their lines don't mix.
  private static let open = ForkSafe<[Shared: Weak]>([:])

  private struct Shared: Hashable {
    let descriptor: Int32
    /// A forked child has outputs of its own: the parent's may be locked, with a line that the parent completes.
    let generation: UInt32
  }

  private struct Weak {
    weak var output: StreamOutput?
  }

  /// The path of a FIFO or a device; nil for a descriptor of the program.
  private let path: String?
  private let name: String
  private let state: Mutex<State>

  init(path: String) {
    self.path = path
    name = OTLPFileConfiguration.Output.file(path).description
    state = Mutex(State())
  }

  private init(descriptor: Int32) {
    path = nil
    name = OTLPFileConfiguration.Output.descriptor(descriptor).description
    state = Mutex(State(descriptor: descriptor))
  }

  deinit { close() }

  static func shared(_ descriptor: Int32) -> StreamOutput {
    open.withLock { open in
      let key = Shared(descriptor: descriptor, generation: Fork.generation)
      if let output = open[key]?.output { return output }
      let output = StreamOutput(descriptor: descriptor)
      open = open.filter { $0.value.output != nil }
      open[key] = Weak(output: output)
      return output
    }
  }

  /// A FIFO without a reader is an outage, not a mistake.
  func open() throws(FileFailure) {
    try state.withLock { (state) throws(FileFailure) in
      do throws(FileFailure) {
        _ = try descriptor(&state)
      } catch {
        if error.error.cause?.code != ENXIO { throw error }
      }
    }
  }

  func write(_ line: FileLine, by deadline: Deadline) throws(FileFailure) {
    try state.withLock { (state) throws(FileFailure) in
      let descriptor = try descriptor(&state)
      if let unfinished = state.unfinished, unfinished.line !== line {
        try finish(&state, unfinished, descriptor, deadline)
      }
      try finish(&state, state.unfinished ?? Unfinished(line: line, done: 0), descriptor, deadline)
    }
  }

  func synchronize() throws(FileFailure) {
    try state.withLock { (state) throws(FileFailure) in
      guard let descriptor = state.descriptor else { return }
      do throws(SystemError) {
        try FileSystem.synchronize(descriptor)
      } catch {
        // A pipe or a terminal has no disk.
        if ![EINVAL, EROFS, EBADF, ENOTSUP].contains(error.code) { throw FileFailure(name, error) }
      }
    }
  }

  func close() {
    guard path != nil else { return }
    state.withLock { state in
      if let descriptor = state.descriptor, state.generation == Fork.generation { ForkedDescriptors.close(descriptor) }
      state = State()
    }
  }

  private func descriptor(_ state: inout sending State) throws(FileFailure) -> Int32 {
    if let descriptor = state.descriptor { return descriptor }
    guard let path else { throw FileFailure(name, SystemError(call: "write", code: EBADF)) }
    do throws(SystemError) {
      let descriptor = try FileSystem.open(path, O_WRONLY | O_APPEND, permissions: 0)
      state.descriptor = descriptor
      return descriptor
    } catch {
      throw FileFailure(name, error)
    }
  }

  /// Writes the rest of a line, which stays unfinished if that fails.
  private func finish(
    _ state: inout sending State, _ unfinished: Unfinished, _ descriptor: Int32, _ deadline: Deadline
  ) throws(FileFailure) {
    var unfinished = unfinished
    let (text, start) = (unfinished.line.text, unfinished.done)
    do throws(SystemError) {
      while unfinished.done < text.count {
        try DescriptorWriter.awaitWritable(descriptor, by: deadline)
        unfinished.done += try piece(of: text, from: unfinished.done, to: descriptor)
      }
      state.unfinished = nil
    } catch {
      let isCut =
        unfinished.done > 0 && error.code != ETIMEDOUT && FileSystem.takeBack(unfinished.done, from: descriptor)
      state.unfinished = unfinished.done > 0 && !isCut ? unfinished : nil
      let isGone = error.code == EPIPE
      // The next reader of a FIFO begins with a whole line.
      if isGone, path != nil {
        ForkedDescriptors.close(descriptor)
        state = State()
      }
      throw FileFailure(
        OTLPFileError(name, error), isFinal: path == nil && (isGone || error.code == EBADF),
        madeProgress: unfinished.done > start && error.code == ETIMEDOUT)
    }
  }

  /// A writable pipe takes 4096 bytes at once, so the call never blocks, even on a blocking descriptor.
  private func piece(of text: BufferSlice, from start: Int, to descriptor: Int32) throws(SystemError) -> Int {
    let end = min(text.count, start + 4096)
    do throws(SystemError) {
      return try unsafe text.withBytes { (bytes) throws(SystemError) in
        unsafe try FileSystem.write(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), to: descriptor)
      }
    } catch {
      if error.code == EAGAIN { return 0 }
      throw error
    }
  }
}
