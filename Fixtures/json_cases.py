#!/usr/bin/env python3
"""Random requests of the three signals for the JSON transcoder, and the check of what it made of them.

  json_cases.py make FOLDER COUNT    writes `messages` (frames: type, length, bytes) and `texts` (OTLP JSON, one a line)
  json_cases.py check FOLDER COUNT   compares `our-texts` and `our-messages`, in the same forms, with the reference

Needs the packages of Tests/requirements.txt. The same count gives the same cases.
"""
import base64
import json
import os
import random
import struct
import sys

from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor as Field
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

TYPES = [ExportTraceServiceRequest, ExportLogsServiceRequest, ExportMetricsServiceRequest]
# Fields that only profiles use are unknown to the transcoder (RULES 3.3.11).
UNUSED = {"string_value_strindex", "key_strindex"}
ID_BYTES = {"trace_id": 16, "span_id": 8, "parent_span_id": 8}
TEXTS = ["", "a", "service.name", "é", "漢字 👩‍👩‍👧", "\0\x01\x1f\x7f", '"quo\\te"/\b\f\n\r\t', "\u2028", "x" * 127, "y" * 300]
DOUBLES = [0.0, -0.0, 1.0, 0.1, -1.5e-7, 5e-324, 1.7976931348623157e308, 1e15, 1e16, 1.8014398509481984e16, 123456789.25,
           float("inf"), float("-inf"), float("nan")]


def integer(dice, bits, signed):
    number = dice.getrandbits(bits) >> dice.randrange(bits)
    return number - (1 << bits) if signed and number >> (bits - 1) else number


def scalar(dice, field):
    if field.name in ID_BYTES:
        return dice.choice([b"", dice.randbytes(ID_BYTES[field.name]), dice.randbytes(ID_BYTES[field.name])])
    kind = field.type
    if kind == Field.TYPE_STRING:
        return dice.choice(TEXTS)
    if kind == Field.TYPE_BYTES:
        return dice.randbytes(dice.randrange(9))
    if kind == Field.TYPE_BOOL:
        return dice.random() < 0.5
    if kind == Field.TYPE_DOUBLE:
        value, = struct.unpack("<d", dice.randbytes(8))
        return dice.choice(DOUBLES + [value if value == value else 0.5, dice.uniform(-1000, 1000)])
    if kind == Field.TYPE_ENUM:
        return dice.choice([number.number for number in field.enum_type.values] + [77])
    bits = 32 if kind in (Field.TYPE_UINT32, Field.TYPE_FIXED32, Field.TYPE_SINT32, Field.TYPE_INT32) else 64
    return integer(dice, bits, kind in (Field.TYPE_SINT32, Field.TYPE_INT32, Field.TYPE_INT64, Field.TYPE_SFIXED64))


def fill(dice, message, depth=0):
    """Sets about half of the fields."""
    for field in message.DESCRIPTOR.fields:
        if field.name in UNUSED or (depth > 2 and dice.random() < 0.45) or (depth > 7 and field.message_type):
            continue
        if field.message_type and field.is_repeated:
            for _ in range(dice.choice([1, 1, 1, 2] if depth < 3 else [0, 1, 1, 2])):
                fill(dice, getattr(message, field.name).add(), depth + 1)
        elif field.message_type:
            getattr(message, field.name).SetInParent()
            fill(dice, getattr(message, field.name), depth + 1)
        elif field.is_repeated:
            getattr(message, field.name).extend(scalar(dice, field) for _ in range(dice.randrange(4)))
        else:
            setattr(message, field.name, scalar(dice, field))


def cases(count):
    for number in range(count):
        dice = random.Random(number)
        kind = number % 3
        message = TYPES[kind]()
        fill(dice, message)
        data = message.SerializeToString(deterministic=True)
        if dice.random() < 0.3:
            data = mixed(dice, data, message.DESCRIPTOR)
            message = TYPES[kind].FromString(data)
            message.DiscardUnknownFields()
        yield dice, kind, message, data


def varint(data, position):
    value = shift = 0
    while True:
        byte = data[position]
        value |= (byte & 127) << shift
        shift, position = shift + 7, position + 1
        if byte < 128:
            return value, position


def length(count):
    text = b""
    while count > 127:
        text, count = text + bytes([count & 127 | 128]), count >> 7
    return text + bytes([count])


def mixed(dice, data, descriptor):
    """The fields in another order, some messages in two parts, some with unknown fields: still a valid message."""
    fields, position = [], 0
    while position < len(data):
        start = position
        tag, position = varint(data, position)
        if tag & 7 == 0:
            _, position = varint(data, position)
        elif tag & 7 == 2:
            count, content = varint(data, position)
            position = content + count
            field = descriptor.fields_by_number.get(tag >> 3)
            if field is not None and field.message_type:
                inner = mixed(dice, data[content:position], field.message_type)
                whole = data[start:start + (1 if tag < 128 else 2)] + length(len(inner)) + inner
                fields.append(whole)
                if not field.is_repeated and dice.random() < 0.2:
                    fields.append(whole)
                continue
        else:
            position += 8 if tag & 7 == 1 else 4
        fields.append(data[start:position])
    if dice.random() < 0.5:
        dice.shuffle(fields)
    if dice.random() < 0.2:
        fields.insert(dice.randrange(len(fields) + 1), length(200 << 3 | 2) + b"\x02hi")
    return b"".join(fields)


def otlp_dict(message):
    """OTLP's JSON: as protobuf's, but ids in hexadecimal and enums as numbers (RULES 3.3)."""
    def walk(node):
        if isinstance(node, list):
            return [walk(item) for item in node]
        if isinstance(node, dict):
            return {key: base64.b64decode(item).hex() if key in ("traceId", "spanId", "parentSpanId") else walk(item)
                    for key, item in node.items()}
        return node
    return walk(json_format.MessageToDict(message, use_integers_for_enums=True))


def make(folder, count):
    with open(os.path.join(folder, "messages"), "wb") as messages, open(os.path.join(folder, "texts"), "wb") as texts:
        for dice, kind, message, data in cases(count):
            messages.write(struct.pack(">BI", kind, len(data)) + data)
            separators = dice.choice([(",", ":"), (", ", ": "), (" , ", "\t:\r ")])
            text = json.dumps(otlp_dict(message), ensure_ascii=dice.random() < 0.5, separators=separators)
            texts.write(text.encode() + b"\n")


def check(folder, count):
    with open(os.path.join(folder, "our-messages"), "rb") as file:
        messages = file.read()
    with open(os.path.join(folder, "our-texts"), "rb") as file:
        lines = file.read().split(b"\n")[:-1]
    if len(lines) != count:
        sys.exit(f"{len(lines)} texts instead of {count}")
    position = 0
    for number, ((_, kind, message, data), line) in enumerate(zip(cases(count), lines)):
        # Lists of pairs, so that the order of the members counts.
        pairs = lambda text: json.loads(text, object_pairs_hook=lambda members: ("object", members))
        expected = json.dumps(otlp_dict(message))
        if pairs(line) != pairs(expected):
            sys.exit(f"case {number}: the text is\n{line.decode()}\ninstead of\n{expected}\nof {data.hex()}")
        size, = struct.unpack_from(">I", messages, position)
        ours = messages[position + 4:position + 4 + size]
        position += 4 + size
        if ours != message.SerializeToString(deterministic=True):
            sys.exit(f"case {number}: the message of {expected} is {ours.hex()}")
    if position != len(messages):
        sys.exit("more messages than cases")
    print(f"equal: {count}")


if sys.argv[1] == "make":
    make(sys.argv[2], int(sys.argv[3]))
else:
    check(sys.argv[2], int(sys.argv[3]))
