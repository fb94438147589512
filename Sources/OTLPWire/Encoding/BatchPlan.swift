internal import TelemetrySDK

/// Which spans of a batch belong together: in order of first appearance by resource, within a resource by scope.
struct BatchPlan {
  /// The spans of one scope of one resource.
  struct Group {
    /// The number of the resource among those of the batch.
    var resourceIndex: Int
    var resource: Resource
    var scope: InstrumentationScope
    /// Positions in the batch; nil for all of it.
    var members: [Int]?
  }

  /// Groups of one resource follow each other.
  var groups: [Group]

  init(_ spans: borrowing [SpanData]) {
    if Self.isUniform(spans) {
      groups = spans.isEmpty ? [] : [Group(resourceIndex: 0, resource: spans[0].resource, scope: spans[0].scope)]
    } else {
      var sorter = Sorter()
      for index in spans.indices { sorter.add(index, spans[index]) }
      groups = sorter.groups
    }
  }

  /// Whether all spans have the very same resource and scope: the ordinary case, told without retaining anything.
  private static func isUniform(_ spans: borrowing [SpanData]) -> Bool {
    unsafe spans.withUnsafeBufferPointer { spans in
      guard let first = spans.baseAddress else { return true }
      let resource = unsafe ObjectIdentifier(first.pointee.resource.storage)
      let scope = unsafe ObjectIdentifier(first.pointee.scope.storage)
      for index in 1..<max(1, spans.count) {
        let span = unsafe first + index
        if unsafe ObjectIdentifier(span.pointee.resource.storage) != resource
          || ObjectIdentifier(span.pointee.scope.storage) != scope
        {
          return false
        }
      }
      return true
    }
  }

  /// Finds groups by identity first, which costs little, and by contents for an identity not yet seen.
  private struct Sorter {
    private struct Identity: Hashable {
      var resource: ObjectIdentifier
      var scope: ObjectIdentifier
    }

    private struct ScopeSlot {
      var scope: InstrumentationScope
      var members: [Int] = []
    }

    private var resources: [(resource: Resource, scopes: [ScopeSlot])] = []
    private var resourceNumbers: [Resource: Int] = [:]
    private var places: [Identity: (resource: Int, scope: Int)] = [:]
    private var last: (identity: Identity, resource: Int, scope: Int)?

    mutating func add(_ index: Int, _ span: SpanData) {
      let identity = Identity(
        resource: ObjectIdentifier(span.resource.storage), scope: ObjectIdentifier(span.scope.storage))
      if let last, last.identity == identity {
        resources[last.resource].scopes[last.scope].members.append(index)
        return
      }
      let place = places[identity] ?? newPlace(identity, span)
      resources[place.resource].scopes[place.scope].members.append(index)
      last = (identity, place.resource, place.scope)
    }

    private mutating func newPlace(_ identity: Identity, _ span: SpanData) -> (resource: Int, scope: Int) {
      let number = resourceNumbers[span.resource] ?? resources.count
      if number == resources.count {
        resources.append((span.resource, []))
        resourceNumbers[span.resource] = number
      }
      let known = resources[number].scopes.firstIndex { $0.scope == span.scope }
      let scope = known ?? resources[number].scopes.count
      if known == nil { resources[number].scopes.append(ScopeSlot(scope: span.scope)) }
      places[identity] = (number, scope)
      return (number, scope)
    }

    var groups: [Group] {
      resources.indices.flatMap { number in
        resources[number].scopes.map { slot in
          Group(
            resourceIndex: number, resource: resources[number].resource, scope: slot.scope, members: slot.members)
        }
      }
    }
  }
}
