/// The handlers of an event loop. A lookup needs no hashing: a token holds a handler's index and how many handlers have
/// used this index.
struct HandlerTable {
  private struct Entry {
    var uses: UInt32 = 0
    var handler: (any LoopHandler)?
  }

  private var entries: [Entry] = []
  private var free: [Int] = []

  /// The number of registered handlers.
  var count: Int { entries.count - free.count }

  mutating func add(_ handler: any LoopHandler) -> HandlerToken {
    let index = free.popLast() ?? entries.count
    if index == entries.count { entries.append(Entry()) }
    entries[index].uses &+= 1
    entries[index].handler = handler
    return HandlerToken(rawValue: UInt64(entries[index].uses) << 32 | UInt64(index))
  }

  /// The handler of a token; nil after its removal.
  subscript(token: HandlerToken) -> (any LoopHandler)? {
    let index = HandlerTable.index(token)
    guard index < entries.count, entries[index].uses == UInt32(token.rawValue >> 32) else { return nil }
    return entries[index].handler
  }

  mutating func remove(_ token: HandlerToken) -> (any LoopHandler)? {
    guard let handler = self[token] else { return nil }
    entries[HandlerTable.index(token)].handler = nil
    free.append(HandlerTable.index(token))
    return handler
  }

  mutating func removeAll() -> [any LoopHandler] {
    let handlers = entries.compactMap(\.handler)
    for index in entries.indices where entries[index].handler != nil {
      entries[index].handler = nil
      free.append(index)
    }
    return handlers
  }

  private static func index(_ token: HandlerToken) -> Int { Int(token.rawValue & 0xFFFF_FFFF) }
}
