/// The handlers of an event loop, found by their tokens without hashing: a token is a place and how often it was given out.
struct HandlerTable {
  /// Means no handler.
  static let noToken: UInt64 = 0

  private struct Place {
    var uses: UInt32 = 0
    var handler: (any LoopHandler)?
  }

  private var places: [Place] = []
  private var free: [Int] = []

  /// How many there are.
  var count: Int { places.count - free.count }

  /// Gives out a token; one that was taken back never comes to mean another handler.
  mutating func add(_ handler: any LoopHandler) -> UInt64 {
    let index = free.popLast() ?? places.count
    if index == places.count { places.append(Place()) }
    places[index].uses &+= 1
    places[index].handler = handler
    return UInt64(places[index].uses) << 32 | UInt64(index)
  }

  /// The handler of a token; nil once it was taken back.
  subscript(token: UInt64) -> (any LoopHandler)? {
    let index = Int(token & 0xFFFF_FFFF)
    guard index < places.count, places[index].uses == UInt32(token >> 32) else { return nil }
    return places[index].handler
  }

  mutating func remove(_ token: UInt64) -> (any LoopHandler)? {
    guard let handler = self[token] else { return nil }
    let index = Int(token & 0xFFFF_FFFF)
    places[index].handler = nil
    free.append(index)
    return handler
  }

  /// Takes all out.
  mutating func removeAll() -> [any LoopHandler] {
    let handlers = places.compactMap(\.handler)
    for index in places.indices where places[index].handler != nil {
      places[index].handler = nil
      free.append(index)
    }
    return handlers
  }
}
