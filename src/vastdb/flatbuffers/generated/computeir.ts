// Made by scripts/generate-flatbuffers.sh with the FlatBuffers compiler; do not edit.

import * as flatbuffers from 'flatbuffers'
import { Field, Schema } from './arrow.ts'

export class Aggregate {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Aggregate {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsAggregate(bb:flatbuffers.ByteBuffer, obj?:Aggregate):Aggregate {
  return (obj || new Aggregate()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsAggregate(bb:flatbuffers.ByteBuffer, obj?:Aggregate):Aggregate {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Aggregate()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startAggregate(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endAggregate(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createAggregate(builder:flatbuffers.Builder):flatbuffers.Offset {
  Aggregate.startAggregate(builder);
  return Aggregate.endAggregate(builder);
}
}

export class ArraySlice {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ArraySlice {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsArraySlice(bb:flatbuffers.ByteBuffer, obj?:ArraySlice):ArraySlice {
  return (obj || new ArraySlice()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsArraySlice(bb:flatbuffers.ByteBuffer, obj?:ArraySlice):ArraySlice {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ArraySlice()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startArraySlice(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endArraySlice(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createArraySlice(builder:flatbuffers.Builder):flatbuffers.Offset {
  ArraySlice.startArraySlice(builder);
  return ArraySlice.endArraySlice(builder);
}
}

export class ArraySubscript {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ArraySubscript {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsArraySubscript(bb:flatbuffers.ByteBuffer, obj?:ArraySubscript):ArraySubscript {
  return (obj || new ArraySubscript()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsArraySubscript(bb:flatbuffers.ByteBuffer, obj?:ArraySubscript):ArraySubscript {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ArraySubscript()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startArraySubscript(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endArraySubscript(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createArraySubscript(builder:flatbuffers.Builder):flatbuffers.Offset {
  ArraySubscript.startArraySubscript(builder);
  return ArraySubscript.endArraySubscript(builder);
}
}

export class BinaryLiteral {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):BinaryLiteral {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsBinaryLiteral(bb:flatbuffers.ByteBuffer, obj?:BinaryLiteral):BinaryLiteral {
  return (obj || new BinaryLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsBinaryLiteral(bb:flatbuffers.ByteBuffer, obj?:BinaryLiteral):BinaryLiteral {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new BinaryLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt8(this.bb!.__vector(this.bb_pos + offset) + index) : 0;
}

valueLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

valueArray():Int8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? new Int8Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

static startBinaryLiteral(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, valueOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, valueOffset, 0);
}

static createValueVector(builder:flatbuffers.Builder, data:number[]|Int8Array):flatbuffers.Offset;
/**
 * @deprecated This Uint8Array overload will be removed in the future.
 */
static createValueVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset;
static createValueVector(builder:flatbuffers.Builder, data:number[]|Int8Array|Uint8Array):flatbuffers.Offset {
  builder.startVector(1, data.length, 1);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt8(data[i]!);
  }
  return builder.endVector();
}

static startValueVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(1, numElems, 1);
}

static endBinaryLiteral(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createBinaryLiteral(builder:flatbuffers.Builder, valueOffset:flatbuffers.Offset):flatbuffers.Offset {
  BinaryLiteral.startBinaryLiteral(builder);
  BinaryLiteral.addValue(builder, valueOffset);
  return BinaryLiteral.endBinaryLiteral(builder);
}
}

export class BooleanLiteral {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):BooleanLiteral {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsBooleanLiteral(bb:flatbuffers.ByteBuffer, obj?:BooleanLiteral):BooleanLiteral {
  return (obj || new BooleanLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsBooleanLiteral(bb:flatbuffers.ByteBuffer, obj?:BooleanLiteral):BooleanLiteral {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new BooleanLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

static startBooleanLiteral(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, value:boolean) {
  builder.addFieldInt8(0, +value, +false);
}

static endBooleanLiteral(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createBooleanLiteral(builder:flatbuffers.Builder, value:boolean):flatbuffers.Offset {
  BooleanLiteral.startBooleanLiteral(builder);
  BooleanLiteral.addValue(builder, value);
  return BooleanLiteral.endBooleanLiteral(builder);
}
}

export class Call {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Call {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsCall(bb:flatbuffers.ByteBuffer, obj?:Call):Call {
  return (obj || new Call()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsCall(bb:flatbuffers.ByteBuffer, obj?:Call):Call {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Call()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

name():string|null
name(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
name(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

arguments_(index: number, obj?:Expression):Expression|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? (obj || new Expression()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

argumentsLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

orderings(index: number, obj?:SortKey):SortKey|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? (obj || new SortKey()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

orderingsLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startCall(builder:flatbuffers.Builder) {
  builder.startObject(3);
}

static addName(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, nameOffset, 0);
}

static addArguments(builder:flatbuffers.Builder, arguments_Offset:flatbuffers.Offset) {
  builder.addFieldOffset(1, arguments_Offset, 0);
}

static createArgumentsVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startArgumentsVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static addOrderings(builder:flatbuffers.Builder, orderingsOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, orderingsOffset, 0);
}

static createOrderingsVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startOrderingsVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endCall(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createCall(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset, arguments_Offset:flatbuffers.Offset, orderingsOffset:flatbuffers.Offset):flatbuffers.Offset {
  Call.startCall(builder);
  Call.addName(builder, nameOffset);
  Call.addArguments(builder, arguments_Offset);
  Call.addOrderings(builder, orderingsOffset);
  return Call.endCall(builder);
}
}

export class Cast {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Cast {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsCast(bb:flatbuffers.ByteBuffer, obj?:Cast):Cast {
  return (obj || new Cast()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsCast(bb:flatbuffers.ByteBuffer, obj?:Cast):Cast {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Cast()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startCast(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endCast(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createCast(builder:flatbuffers.Builder):flatbuffers.Offset {
  Cast.startCast(builder);
  return Cast.endCast(builder);
}
}

export class ConditionalCase {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ConditionalCase {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsConditionalCase(bb:flatbuffers.ByteBuffer, obj?:ConditionalCase):ConditionalCase {
  return (obj || new ConditionalCase()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsConditionalCase(bb:flatbuffers.ByteBuffer, obj?:ConditionalCase):ConditionalCase {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ConditionalCase()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startConditionalCase(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endConditionalCase(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createConditionalCase(builder:flatbuffers.Builder):flatbuffers.Offset {
  ConditionalCase.startConditionalCase(builder);
  return ConditionalCase.endConditionalCase(builder);
}
}

export class DateLiteral {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):DateLiteral {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsDateLiteral(bb:flatbuffers.ByteBuffer, obj?:DateLiteral):DateLiteral {
  return (obj || new DateLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsDateLiteral(bb:flatbuffers.ByteBuffer, obj?:DateLiteral):DateLiteral {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new DateLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

static startDateLiteral(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, value:bigint) {
  builder.addFieldInt64(0, value, BigInt('0'));
}

static endDateLiteral(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createDateLiteral(builder:flatbuffers.Builder, value:bigint):flatbuffers.Offset {
  DateLiteral.startDateLiteral(builder);
  DateLiteral.addValue(builder, value);
  return DateLiteral.endDateLiteral(builder);
}
}

export class DecimalLiteral {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):DecimalLiteral {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsDecimalLiteral(bb:flatbuffers.ByteBuffer, obj?:DecimalLiteral):DecimalLiteral {
  return (obj || new DecimalLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsDecimalLiteral(bb:flatbuffers.ByteBuffer, obj?:DecimalLiteral):DecimalLiteral {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new DecimalLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt8(this.bb!.__vector(this.bb_pos + offset) + index) : 0;
}

valueLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

valueArray():Int8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? new Int8Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

static startDecimalLiteral(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, valueOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, valueOffset, 0);
}

static createValueVector(builder:flatbuffers.Builder, data:number[]|Int8Array):flatbuffers.Offset;
/**
 * @deprecated This Uint8Array overload will be removed in the future.
 */
static createValueVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset;
static createValueVector(builder:flatbuffers.Builder, data:number[]|Int8Array|Uint8Array):flatbuffers.Offset {
  builder.startVector(1, data.length, 1);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt8(data[i]!);
  }
  return builder.endVector();
}

static startValueVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(1, numElems, 1);
}

static endDecimalLiteral(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createDecimalLiteral(builder:flatbuffers.Builder, valueOffset:flatbuffers.Offset):flatbuffers.Offset {
  DecimalLiteral.startDecimalLiteral(builder);
  DecimalLiteral.addValue(builder, valueOffset);
  return DecimalLiteral.endDecimalLiteral(builder);
}
}

export enum Deref {
  NONE = 0,
  MapKey = 1,
  StructField = 2,
  ArraySubscript = 3,
  ArraySlice = 4,
  FieldIndex = 5
}

export function unionToDeref(
  type: Deref,
  accessor: (obj:ArraySlice|ArraySubscript|FieldIndex|MapKey|StructField) => ArraySlice|ArraySubscript|FieldIndex|MapKey|StructField|null
): ArraySlice|ArraySubscript|FieldIndex|MapKey|StructField|null {
  switch(Deref[type]) {
    case 'NONE': return null;
    case 'MapKey': return accessor(new MapKey())! as MapKey;
    case 'StructField': return accessor(new StructField())! as StructField;
    case 'ArraySubscript': return accessor(new ArraySubscript())! as ArraySubscript;
    case 'ArraySlice': return accessor(new ArraySlice())! as ArraySlice;
    case 'FieldIndex': return accessor(new FieldIndex())! as FieldIndex;
    default: return null;
  }
}

export function unionListToDeref(
  type: Deref,
  accessor: (index: number, obj:ArraySlice|ArraySubscript|FieldIndex|MapKey|StructField) => ArraySlice|ArraySubscript|FieldIndex|MapKey|StructField|null,
  index: number
): ArraySlice|ArraySubscript|FieldIndex|MapKey|StructField|null {
  switch(Deref[type]) {
    case 'NONE': return null;
    case 'MapKey': return accessor(index, new MapKey())! as MapKey;
    case 'StructField': return accessor(index, new StructField())! as StructField;
    case 'ArraySubscript': return accessor(index, new ArraySubscript())! as ArraySubscript;
    case 'ArraySlice': return accessor(index, new ArraySlice())! as ArraySlice;
    case 'FieldIndex': return accessor(index, new FieldIndex())! as FieldIndex;
    default: return null;
  }
}

export class DurationLiteral {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):DurationLiteral {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsDurationLiteral(bb:flatbuffers.ByteBuffer, obj?:DurationLiteral):DurationLiteral {
  return (obj || new DurationLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsDurationLiteral(bb:flatbuffers.ByteBuffer, obj?:DurationLiteral):DurationLiteral {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new DurationLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

static startDurationLiteral(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, value:bigint) {
  builder.addFieldInt64(0, value, BigInt('0'));
}

static endDurationLiteral(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createDurationLiteral(builder:flatbuffers.Builder, value:bigint):flatbuffers.Offset {
  DurationLiteral.startDurationLiteral(builder);
  DurationLiteral.addValue(builder, value);
  return DurationLiteral.endDurationLiteral(builder);
}
}

export enum ExpressionImpl {
  NONE = 0,
  Literal = 1,
  FieldRef = 2,
  Call = 3,
  ConditionalCase = 4,
  SimpleCase = 5,
  WindowCall = 6,
  Cast = 7
}

export function unionToExpressionImpl(
  type: ExpressionImpl,
  accessor: (obj:Call|Cast|ConditionalCase|FieldRef|Literal|SimpleCase|WindowCall) => Call|Cast|ConditionalCase|FieldRef|Literal|SimpleCase|WindowCall|null
): Call|Cast|ConditionalCase|FieldRef|Literal|SimpleCase|WindowCall|null {
  switch(ExpressionImpl[type]) {
    case 'NONE': return null;
    case 'Literal': return accessor(new Literal())! as Literal;
    case 'FieldRef': return accessor(new FieldRef())! as FieldRef;
    case 'Call': return accessor(new Call())! as Call;
    case 'ConditionalCase': return accessor(new ConditionalCase())! as ConditionalCase;
    case 'SimpleCase': return accessor(new SimpleCase())! as SimpleCase;
    case 'WindowCall': return accessor(new WindowCall())! as WindowCall;
    case 'Cast': return accessor(new Cast())! as Cast;
    default: return null;
  }
}

export function unionListToExpressionImpl(
  type: ExpressionImpl,
  accessor: (index: number, obj:Call|Cast|ConditionalCase|FieldRef|Literal|SimpleCase|WindowCall) => Call|Cast|ConditionalCase|FieldRef|Literal|SimpleCase|WindowCall|null,
  index: number
): Call|Cast|ConditionalCase|FieldRef|Literal|SimpleCase|WindowCall|null {
  switch(ExpressionImpl[type]) {
    case 'NONE': return null;
    case 'Literal': return accessor(index, new Literal())! as Literal;
    case 'FieldRef': return accessor(index, new FieldRef())! as FieldRef;
    case 'Call': return accessor(index, new Call())! as Call;
    case 'ConditionalCase': return accessor(index, new ConditionalCase())! as ConditionalCase;
    case 'SimpleCase': return accessor(index, new SimpleCase())! as SimpleCase;
    case 'WindowCall': return accessor(index, new WindowCall())! as WindowCall;
    case 'Cast': return accessor(index, new Cast())! as Cast;
    default: return null;
  }
}

export class Expression {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Expression {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsExpression(bb:flatbuffers.ByteBuffer, obj?:Expression):Expression {
  return (obj || new Expression()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsExpression(bb:flatbuffers.ByteBuffer, obj?:Expression):Expression {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Expression()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

implType():ExpressionImpl {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint8(this.bb_pos + offset) : ExpressionImpl.NONE;
}

impl<T extends flatbuffers.Table>(obj:any):any|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__union(obj, this.bb_pos + offset) : null;
}

static startExpression(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addImplType(builder:flatbuffers.Builder, implType:ExpressionImpl) {
  builder.addFieldInt8(0, implType, ExpressionImpl.NONE);
}

static addImpl(builder:flatbuffers.Builder, implOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, implOffset, 0);
}

static endExpression(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createExpression(builder:flatbuffers.Builder, implType:ExpressionImpl, implOffset:flatbuffers.Offset):flatbuffers.Offset {
  Expression.startExpression(builder);
  Expression.addImplType(builder, implType);
  Expression.addImpl(builder, implOffset);
  return Expression.endExpression(builder);
}
}

export class FieldIndex {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):FieldIndex {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsFieldIndex(bb:flatbuffers.ByteBuffer, obj?:FieldIndex):FieldIndex {
  return (obj || new FieldIndex()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsFieldIndex(bb:flatbuffers.ByteBuffer, obj?:FieldIndex):FieldIndex {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new FieldIndex()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

position():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

static startFieldIndex(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addPosition(builder:flatbuffers.Builder, position:number) {
  builder.addFieldInt32(0, position, 0);
}

static endFieldIndex(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createFieldIndex(builder:flatbuffers.Builder, position:number):flatbuffers.Offset {
  FieldIndex.startFieldIndex(builder);
  FieldIndex.addPosition(builder, position);
  return FieldIndex.endFieldIndex(builder);
}
}

export class FieldRef {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):FieldRef {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsFieldRef(bb:flatbuffers.ByteBuffer, obj?:FieldRef):FieldRef {
  return (obj || new FieldRef()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsFieldRef(bb:flatbuffers.ByteBuffer, obj?:FieldRef):FieldRef {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new FieldRef()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

refType():Deref {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint8(this.bb_pos + offset) : Deref.NONE;
}

ref<T extends flatbuffers.Table>(obj:any):any|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__union(obj, this.bb_pos + offset) : null;
}

relationIndex():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.readInt32(this.bb_pos + offset) : 0;
}

static startFieldRef(builder:flatbuffers.Builder) {
  builder.startObject(3);
}

static addRefType(builder:flatbuffers.Builder, refType:Deref) {
  builder.addFieldInt8(0, refType, Deref.NONE);
}

static addRef(builder:flatbuffers.Builder, refOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, refOffset, 0);
}

static addRelationIndex(builder:flatbuffers.Builder, relationIndex:number) {
  builder.addFieldInt32(2, relationIndex, 0);
}

static endFieldRef(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createFieldRef(builder:flatbuffers.Builder, refType:Deref, refOffset:flatbuffers.Offset, relationIndex:number):flatbuffers.Offset {
  FieldRef.startFieldRef(builder);
  FieldRef.addRefType(builder, refType);
  FieldRef.addRef(builder, refOffset);
  FieldRef.addRelationIndex(builder, relationIndex);
  return FieldRef.endFieldRef(builder);
}
}

export class Filter {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Filter {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsFilter(bb:flatbuffers.ByteBuffer, obj?:Filter):Filter {
  return (obj || new Filter()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsFilter(bb:flatbuffers.ByteBuffer, obj?:Filter):Filter {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Filter()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startFilter(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endFilter(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createFilter(builder:flatbuffers.Builder):flatbuffers.Offset {
  Filter.startFilter(builder);
  return Filter.endFilter(builder);
}
}

export class FixedSizeBinaryLiteral {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):FixedSizeBinaryLiteral {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsFixedSizeBinaryLiteral(bb:flatbuffers.ByteBuffer, obj?:FixedSizeBinaryLiteral):FixedSizeBinaryLiteral {
  return (obj || new FixedSizeBinaryLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsFixedSizeBinaryLiteral(bb:flatbuffers.ByteBuffer, obj?:FixedSizeBinaryLiteral):FixedSizeBinaryLiteral {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new FixedSizeBinaryLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt8(this.bb!.__vector(this.bb_pos + offset) + index) : 0;
}

valueLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

valueArray():Int8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? new Int8Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

static startFixedSizeBinaryLiteral(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, valueOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, valueOffset, 0);
}

static createValueVector(builder:flatbuffers.Builder, data:number[]|Int8Array):flatbuffers.Offset;
/**
 * @deprecated This Uint8Array overload will be removed in the future.
 */
static createValueVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset;
static createValueVector(builder:flatbuffers.Builder, data:number[]|Int8Array|Uint8Array):flatbuffers.Offset {
  builder.startVector(1, data.length, 1);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt8(data[i]!);
  }
  return builder.endVector();
}

static startValueVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(1, numElems, 1);
}

static endFixedSizeBinaryLiteral(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createFixedSizeBinaryLiteral(builder:flatbuffers.Builder, valueOffset:flatbuffers.Offset):flatbuffers.Offset {
  FixedSizeBinaryLiteral.startFixedSizeBinaryLiteral(builder);
  FixedSizeBinaryLiteral.addValue(builder, valueOffset);
  return FixedSizeBinaryLiteral.endFixedSizeBinaryLiteral(builder);
}
}

export class Float16Literal {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Float16Literal {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsFloat16Literal(bb:flatbuffers.ByteBuffer, obj?:Float16Literal):Float16Literal {
  return (obj || new Float16Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsFloat16Literal(bb:flatbuffers.ByteBuffer, obj?:Float16Literal):Float16Literal {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Float16Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
}

static startFloat16Literal(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, value:number) {
  builder.addFieldInt16(0, value, 0);
}

static endFloat16Literal(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createFloat16Literal(builder:flatbuffers.Builder, value:number):flatbuffers.Offset {
  Float16Literal.startFloat16Literal(builder);
  Float16Literal.addValue(builder, value);
  return Float16Literal.endFloat16Literal(builder);
}
}

export class Float32Literal {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Float32Literal {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsFloat32Literal(bb:flatbuffers.ByteBuffer, obj?:Float32Literal):Float32Literal {
  return (obj || new Float32Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsFloat32Literal(bb:flatbuffers.ByteBuffer, obj?:Float32Literal):Float32Literal {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Float32Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readFloat32(this.bb_pos + offset) : 0.0;
}

static startFloat32Literal(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, value:number) {
  builder.addFieldFloat32(0, value, 0.0);
}

static endFloat32Literal(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createFloat32Literal(builder:flatbuffers.Builder, value:number):flatbuffers.Offset {
  Float32Literal.startFloat32Literal(builder);
  Float32Literal.addValue(builder, value);
  return Float32Literal.endFloat32Literal(builder);
}
}

export class Float64Literal {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Float64Literal {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsFloat64Literal(bb:flatbuffers.ByteBuffer, obj?:Float64Literal):Float64Literal {
  return (obj || new Float64Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsFloat64Literal(bb:flatbuffers.ByteBuffer, obj?:Float64Literal):Float64Literal {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Float64Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readFloat64(this.bb_pos + offset) : 0.0;
}

static startFloat64Literal(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, value:number) {
  builder.addFieldFloat64(0, value, 0.0);
}

static endFloat64Literal(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createFloat64Literal(builder:flatbuffers.Builder, value:number):flatbuffers.Offset {
  Float64Literal.startFloat64Literal(builder);
  Float64Literal.addValue(builder, value);
  return Float64Literal.endFloat64Literal(builder);
}
}

export class Int16Literal {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Int16Literal {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsInt16Literal(bb:flatbuffers.ByteBuffer, obj?:Int16Literal):Int16Literal {
  return (obj || new Int16Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsInt16Literal(bb:flatbuffers.ByteBuffer, obj?:Int16Literal):Int16Literal {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Int16Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt16(this.bb_pos + offset) : 0;
}

static startInt16Literal(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, value:number) {
  builder.addFieldInt16(0, value, 0);
}

static endInt16Literal(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createInt16Literal(builder:flatbuffers.Builder, value:number):flatbuffers.Offset {
  Int16Literal.startInt16Literal(builder);
  Int16Literal.addValue(builder, value);
  return Int16Literal.endInt16Literal(builder);
}
}

export class Int32Literal {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Int32Literal {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsInt32Literal(bb:flatbuffers.ByteBuffer, obj?:Int32Literal):Int32Literal {
  return (obj || new Int32Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsInt32Literal(bb:flatbuffers.ByteBuffer, obj?:Int32Literal):Int32Literal {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Int32Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt32(this.bb_pos + offset) : 0;
}

static startInt32Literal(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, value:number) {
  builder.addFieldInt32(0, value, 0);
}

static endInt32Literal(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createInt32Literal(builder:flatbuffers.Builder, value:number):flatbuffers.Offset {
  Int32Literal.startInt32Literal(builder);
  Int32Literal.addValue(builder, value);
  return Int32Literal.endInt32Literal(builder);
}
}

export class Int64Literal {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Int64Literal {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsInt64Literal(bb:flatbuffers.ByteBuffer, obj?:Int64Literal):Int64Literal {
  return (obj || new Int64Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsInt64Literal(bb:flatbuffers.ByteBuffer, obj?:Int64Literal):Int64Literal {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Int64Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

static startInt64Literal(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, value:bigint) {
  builder.addFieldInt64(0, value, BigInt('0'));
}

static endInt64Literal(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createInt64Literal(builder:flatbuffers.Builder, value:bigint):flatbuffers.Offset {
  Int64Literal.startInt64Literal(builder);
  Int64Literal.addValue(builder, value);
  return Int64Literal.endInt64Literal(builder);
}
}

export class Int8Literal {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Int8Literal {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsInt8Literal(bb:flatbuffers.ByteBuffer, obj?:Int8Literal):Int8Literal {
  return (obj || new Int8Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsInt8Literal(bb:flatbuffers.ByteBuffer, obj?:Int8Literal):Int8Literal {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Int8Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt8(this.bb_pos + offset) : 0;
}

static startInt8Literal(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, value:number) {
  builder.addFieldInt8(0, value, 0);
}

static endInt8Literal(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createInt8Literal(builder:flatbuffers.Builder, value:number):flatbuffers.Offset {
  Int8Literal.startInt8Literal(builder);
  Int8Literal.addValue(builder, value);
  return Int8Literal.endInt8Literal(builder);
}
}

export class IntervalLiteral {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):IntervalLiteral {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsIntervalLiteral(bb:flatbuffers.ByteBuffer, obj?:IntervalLiteral):IntervalLiteral {
  return (obj || new IntervalLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsIntervalLiteral(bb:flatbuffers.ByteBuffer, obj?:IntervalLiteral):IntervalLiteral {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new IntervalLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startIntervalLiteral(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endIntervalLiteral(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createIntervalLiteral(builder:flatbuffers.Builder):flatbuffers.Offset {
  IntervalLiteral.startIntervalLiteral(builder);
  return IntervalLiteral.endIntervalLiteral(builder);
}
}

export class Join {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Join {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsJoin(bb:flatbuffers.ByteBuffer, obj?:Join):Join {
  return (obj || new Join()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsJoin(bb:flatbuffers.ByteBuffer, obj?:Join):Join {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Join()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startJoin(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endJoin(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createJoin(builder:flatbuffers.Builder):flatbuffers.Offset {
  Join.startJoin(builder);
  return Join.endJoin(builder);
}
}

export class Limit {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Limit {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsLimit(bb:flatbuffers.ByteBuffer, obj?:Limit):Limit {
  return (obj || new Limit()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsLimit(bb:flatbuffers.ByteBuffer, obj?:Limit):Limit {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Limit()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startLimit(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endLimit(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createLimit(builder:flatbuffers.Builder):flatbuffers.Offset {
  Limit.startLimit(builder);
  return Limit.endLimit(builder);
}
}

export class ListLiteral {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ListLiteral {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsListLiteral(bb:flatbuffers.ByteBuffer, obj?:ListLiteral):ListLiteral {
  return (obj || new ListLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsListLiteral(bb:flatbuffers.ByteBuffer, obj?:ListLiteral):ListLiteral {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ListLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

values(index: number, obj?:Literal):Literal|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? (obj || new Literal()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

valuesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startListLiteral(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValues(builder:flatbuffers.Builder, valuesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, valuesOffset, 0);
}

static createValuesVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startValuesVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endListLiteral(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createListLiteral(builder:flatbuffers.Builder, valuesOffset:flatbuffers.Offset):flatbuffers.Offset {
  ListLiteral.startListLiteral(builder);
  ListLiteral.addValues(builder, valuesOffset);
  return ListLiteral.endListLiteral(builder);
}
}

export enum LiteralImpl {
  NONE = 0,
  BooleanLiteral = 1,
  Int8Literal = 2,
  Int16Literal = 3,
  Int32Literal = 4,
  Int64Literal = 5,
  UInt8Literal = 6,
  UInt16Literal = 7,
  UInt32Literal = 8,
  UInt64Literal = 9,
  DateLiteral = 10,
  TimeLiteral = 11,
  TimestampLiteral = 12,
  IntervalLiteral = 13,
  DurationLiteral = 14,
  DecimalLiteral = 15,
  Float16Literal = 16,
  Float32Literal = 17,
  Float64Literal = 18,
  ListLiteral = 19,
  StructLiteral = 20,
  MapLiteral = 21,
  StringLiteral = 22,
  BinaryLiteral = 23,
  FixedSizeBinaryLiteral = 24
}

export function unionToLiteralImpl(
  type: LiteralImpl,
  accessor: (obj:BinaryLiteral|BooleanLiteral|DateLiteral|DecimalLiteral|DurationLiteral|FixedSizeBinaryLiteral|Float16Literal|Float32Literal|Float64Literal|Int16Literal|Int32Literal|Int64Literal|Int8Literal|IntervalLiteral|ListLiteral|MapLiteral|StringLiteral|StructLiteral|TimeLiteral|TimestampLiteral|UInt16Literal|UInt32Literal|UInt64Literal|UInt8Literal) => BinaryLiteral|BooleanLiteral|DateLiteral|DecimalLiteral|DurationLiteral|FixedSizeBinaryLiteral|Float16Literal|Float32Literal|Float64Literal|Int16Literal|Int32Literal|Int64Literal|Int8Literal|IntervalLiteral|ListLiteral|MapLiteral|StringLiteral|StructLiteral|TimeLiteral|TimestampLiteral|UInt16Literal|UInt32Literal|UInt64Literal|UInt8Literal|null
): BinaryLiteral|BooleanLiteral|DateLiteral|DecimalLiteral|DurationLiteral|FixedSizeBinaryLiteral|Float16Literal|Float32Literal|Float64Literal|Int16Literal|Int32Literal|Int64Literal|Int8Literal|IntervalLiteral|ListLiteral|MapLiteral|StringLiteral|StructLiteral|TimeLiteral|TimestampLiteral|UInt16Literal|UInt32Literal|UInt64Literal|UInt8Literal|null {
  switch(LiteralImpl[type]) {
    case 'NONE': return null;
    case 'BooleanLiteral': return accessor(new BooleanLiteral())! as BooleanLiteral;
    case 'Int8Literal': return accessor(new Int8Literal())! as Int8Literal;
    case 'Int16Literal': return accessor(new Int16Literal())! as Int16Literal;
    case 'Int32Literal': return accessor(new Int32Literal())! as Int32Literal;
    case 'Int64Literal': return accessor(new Int64Literal())! as Int64Literal;
    case 'UInt8Literal': return accessor(new UInt8Literal())! as UInt8Literal;
    case 'UInt16Literal': return accessor(new UInt16Literal())! as UInt16Literal;
    case 'UInt32Literal': return accessor(new UInt32Literal())! as UInt32Literal;
    case 'UInt64Literal': return accessor(new UInt64Literal())! as UInt64Literal;
    case 'DateLiteral': return accessor(new DateLiteral())! as DateLiteral;
    case 'TimeLiteral': return accessor(new TimeLiteral())! as TimeLiteral;
    case 'TimestampLiteral': return accessor(new TimestampLiteral())! as TimestampLiteral;
    case 'IntervalLiteral': return accessor(new IntervalLiteral())! as IntervalLiteral;
    case 'DurationLiteral': return accessor(new DurationLiteral())! as DurationLiteral;
    case 'DecimalLiteral': return accessor(new DecimalLiteral())! as DecimalLiteral;
    case 'Float16Literal': return accessor(new Float16Literal())! as Float16Literal;
    case 'Float32Literal': return accessor(new Float32Literal())! as Float32Literal;
    case 'Float64Literal': return accessor(new Float64Literal())! as Float64Literal;
    case 'ListLiteral': return accessor(new ListLiteral())! as ListLiteral;
    case 'StructLiteral': return accessor(new StructLiteral())! as StructLiteral;
    case 'MapLiteral': return accessor(new MapLiteral())! as MapLiteral;
    case 'StringLiteral': return accessor(new StringLiteral())! as StringLiteral;
    case 'BinaryLiteral': return accessor(new BinaryLiteral())! as BinaryLiteral;
    case 'FixedSizeBinaryLiteral': return accessor(new FixedSizeBinaryLiteral())! as FixedSizeBinaryLiteral;
    default: return null;
  }
}

export function unionListToLiteralImpl(
  type: LiteralImpl,
  accessor: (index: number, obj:BinaryLiteral|BooleanLiteral|DateLiteral|DecimalLiteral|DurationLiteral|FixedSizeBinaryLiteral|Float16Literal|Float32Literal|Float64Literal|Int16Literal|Int32Literal|Int64Literal|Int8Literal|IntervalLiteral|ListLiteral|MapLiteral|StringLiteral|StructLiteral|TimeLiteral|TimestampLiteral|UInt16Literal|UInt32Literal|UInt64Literal|UInt8Literal) => BinaryLiteral|BooleanLiteral|DateLiteral|DecimalLiteral|DurationLiteral|FixedSizeBinaryLiteral|Float16Literal|Float32Literal|Float64Literal|Int16Literal|Int32Literal|Int64Literal|Int8Literal|IntervalLiteral|ListLiteral|MapLiteral|StringLiteral|StructLiteral|TimeLiteral|TimestampLiteral|UInt16Literal|UInt32Literal|UInt64Literal|UInt8Literal|null,
  index: number
): BinaryLiteral|BooleanLiteral|DateLiteral|DecimalLiteral|DurationLiteral|FixedSizeBinaryLiteral|Float16Literal|Float32Literal|Float64Literal|Int16Literal|Int32Literal|Int64Literal|Int8Literal|IntervalLiteral|ListLiteral|MapLiteral|StringLiteral|StructLiteral|TimeLiteral|TimestampLiteral|UInt16Literal|UInt32Literal|UInt64Literal|UInt8Literal|null {
  switch(LiteralImpl[type]) {
    case 'NONE': return null;
    case 'BooleanLiteral': return accessor(index, new BooleanLiteral())! as BooleanLiteral;
    case 'Int8Literal': return accessor(index, new Int8Literal())! as Int8Literal;
    case 'Int16Literal': return accessor(index, new Int16Literal())! as Int16Literal;
    case 'Int32Literal': return accessor(index, new Int32Literal())! as Int32Literal;
    case 'Int64Literal': return accessor(index, new Int64Literal())! as Int64Literal;
    case 'UInt8Literal': return accessor(index, new UInt8Literal())! as UInt8Literal;
    case 'UInt16Literal': return accessor(index, new UInt16Literal())! as UInt16Literal;
    case 'UInt32Literal': return accessor(index, new UInt32Literal())! as UInt32Literal;
    case 'UInt64Literal': return accessor(index, new UInt64Literal())! as UInt64Literal;
    case 'DateLiteral': return accessor(index, new DateLiteral())! as DateLiteral;
    case 'TimeLiteral': return accessor(index, new TimeLiteral())! as TimeLiteral;
    case 'TimestampLiteral': return accessor(index, new TimestampLiteral())! as TimestampLiteral;
    case 'IntervalLiteral': return accessor(index, new IntervalLiteral())! as IntervalLiteral;
    case 'DurationLiteral': return accessor(index, new DurationLiteral())! as DurationLiteral;
    case 'DecimalLiteral': return accessor(index, new DecimalLiteral())! as DecimalLiteral;
    case 'Float16Literal': return accessor(index, new Float16Literal())! as Float16Literal;
    case 'Float32Literal': return accessor(index, new Float32Literal())! as Float32Literal;
    case 'Float64Literal': return accessor(index, new Float64Literal())! as Float64Literal;
    case 'ListLiteral': return accessor(index, new ListLiteral())! as ListLiteral;
    case 'StructLiteral': return accessor(index, new StructLiteral())! as StructLiteral;
    case 'MapLiteral': return accessor(index, new MapLiteral())! as MapLiteral;
    case 'StringLiteral': return accessor(index, new StringLiteral())! as StringLiteral;
    case 'BinaryLiteral': return accessor(index, new BinaryLiteral())! as BinaryLiteral;
    case 'FixedSizeBinaryLiteral': return accessor(index, new FixedSizeBinaryLiteral())! as FixedSizeBinaryLiteral;
    default: return null;
  }
}

export class LiteralKeyValue {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):LiteralKeyValue {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsLiteralKeyValue(bb:flatbuffers.ByteBuffer, obj?:LiteralKeyValue):LiteralKeyValue {
  return (obj || new LiteralKeyValue()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsLiteralKeyValue(bb:flatbuffers.ByteBuffer, obj?:LiteralKeyValue):LiteralKeyValue {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new LiteralKeyValue()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

key(obj?:Literal):Literal|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? (obj || new Literal()).__init(this.bb!.__indirect(this.bb_pos + offset), this.bb!) : null;
}

value(obj?:Literal):Literal|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? (obj || new Literal()).__init(this.bb!.__indirect(this.bb_pos + offset), this.bb!) : null;
}

static startLiteralKeyValue(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addKey(builder:flatbuffers.Builder, keyOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, keyOffset, 0);
}

static addValue(builder:flatbuffers.Builder, valueOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, valueOffset, 0);
}

static endLiteralKeyValue(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

}

export class LiteralRelation {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):LiteralRelation {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsLiteralRelation(bb:flatbuffers.ByteBuffer, obj?:LiteralRelation):LiteralRelation {
  return (obj || new LiteralRelation()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsLiteralRelation(bb:flatbuffers.ByteBuffer, obj?:LiteralRelation):LiteralRelation {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new LiteralRelation()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startLiteralRelation(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endLiteralRelation(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createLiteralRelation(builder:flatbuffers.Builder):flatbuffers.Offset {
  LiteralRelation.startLiteralRelation(builder);
  return LiteralRelation.endLiteralRelation(builder);
}
}

export class Literal {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Literal {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsLiteral(bb:flatbuffers.ByteBuffer, obj?:Literal):Literal {
  return (obj || new Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsLiteral(bb:flatbuffers.ByteBuffer, obj?:Literal):Literal {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

implType():LiteralImpl {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint8(this.bb_pos + offset) : LiteralImpl.NONE;
}

impl<T extends flatbuffers.Table>(obj:any):any|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__union(obj, this.bb_pos + offset) : null;
}

type(obj?:Field):Field|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? (obj || new Field()).__init(this.bb!.__indirect(this.bb_pos + offset), this.bb!) : null;
}

static startLiteral(builder:flatbuffers.Builder) {
  builder.startObject(3);
}

static addImplType(builder:flatbuffers.Builder, implType:LiteralImpl) {
  builder.addFieldInt8(0, implType, LiteralImpl.NONE);
}

static addImpl(builder:flatbuffers.Builder, implOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, implOffset, 0);
}

static addType(builder:flatbuffers.Builder, typeOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, typeOffset, 0);
}

static endLiteral(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

}

export class MapKey {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):MapKey {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsMapKey(bb:flatbuffers.ByteBuffer, obj?:MapKey):MapKey {
  return (obj || new MapKey()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsMapKey(bb:flatbuffers.ByteBuffer, obj?:MapKey):MapKey {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new MapKey()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startMapKey(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endMapKey(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createMapKey(builder:flatbuffers.Builder):flatbuffers.Offset {
  MapKey.startMapKey(builder);
  return MapKey.endMapKey(builder);
}
}

export class MapLiteral {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):MapLiteral {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsMapLiteral(bb:flatbuffers.ByteBuffer, obj?:MapLiteral):MapLiteral {
  return (obj || new MapLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsMapLiteral(bb:flatbuffers.ByteBuffer, obj?:MapLiteral):MapLiteral {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new MapLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

values(index: number, obj?:LiteralKeyValue):LiteralKeyValue|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? (obj || new LiteralKeyValue()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

valuesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startMapLiteral(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValues(builder:flatbuffers.Builder, valuesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, valuesOffset, 0);
}

static createValuesVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startValuesVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endMapLiteral(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createMapLiteral(builder:flatbuffers.Builder, valuesOffset:flatbuffers.Offset):flatbuffers.Offset {
  MapLiteral.startMapLiteral(builder);
  MapLiteral.addValues(builder, valuesOffset);
  return MapLiteral.endMapLiteral(builder);
}
}

export class OrderBy {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):OrderBy {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsOrderBy(bb:flatbuffers.ByteBuffer, obj?:OrderBy):OrderBy {
  return (obj || new OrderBy()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsOrderBy(bb:flatbuffers.ByteBuffer, obj?:OrderBy):OrderBy {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new OrderBy()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startOrderBy(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endOrderBy(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createOrderBy(builder:flatbuffers.Builder):flatbuffers.Offset {
  OrderBy.startOrderBy(builder);
  return OrderBy.endOrderBy(builder);
}
}

export class Project {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Project {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsProject(bb:flatbuffers.ByteBuffer, obj?:Project):Project {
  return (obj || new Project()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsProject(bb:flatbuffers.ByteBuffer, obj?:Project):Project {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Project()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

id(obj?:RelId):RelId|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? (obj || new RelId()).__init(this.bb!.__indirect(this.bb_pos + offset), this.bb!) : null;
}

rel(obj?:Relation):Relation|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? (obj || new Relation()).__init(this.bb!.__indirect(this.bb_pos + offset), this.bb!) : null;
}

expressions(index: number, obj?:Expression):Expression|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? (obj || new Expression()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

expressionsLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startProject(builder:flatbuffers.Builder) {
  builder.startObject(3);
}

static addId(builder:flatbuffers.Builder, idOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, idOffset, 0);
}

static addRel(builder:flatbuffers.Builder, relOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, relOffset, 0);
}

static addExpressions(builder:flatbuffers.Builder, expressionsOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, expressionsOffset, 0);
}

static createExpressionsVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startExpressionsVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endProject(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

}

export class RelId {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):RelId {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsRelId(bb:flatbuffers.ByteBuffer, obj?:RelId):RelId {
  return (obj || new RelId()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsRelId(bb:flatbuffers.ByteBuffer, obj?:RelId):RelId {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new RelId()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

id():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt('0');
}

static startRelId(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addId(builder:flatbuffers.Builder, id:bigint) {
  builder.addFieldInt64(0, id, BigInt('0'));
}

static endRelId(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createRelId(builder:flatbuffers.Builder, id:bigint):flatbuffers.Offset {
  RelId.startRelId(builder);
  RelId.addId(builder, id);
  return RelId.endRelId(builder);
}
}

export enum RelationImpl {
  NONE = 0,
  Aggregate = 1,
  Filter = 2,
  Join = 3,
  Limit = 4,
  LiteralRelation = 5,
  OrderBy = 6,
  Project = 7,
  SetOperation = 8,
  Source = 9
}

export function unionToRelationImpl(
  type: RelationImpl,
  accessor: (obj:Aggregate|Filter|Join|Limit|LiteralRelation|OrderBy|Project|SetOperation|Source) => Aggregate|Filter|Join|Limit|LiteralRelation|OrderBy|Project|SetOperation|Source|null
): Aggregate|Filter|Join|Limit|LiteralRelation|OrderBy|Project|SetOperation|Source|null {
  switch(RelationImpl[type]) {
    case 'NONE': return null;
    case 'Aggregate': return accessor(new Aggregate())! as Aggregate;
    case 'Filter': return accessor(new Filter())! as Filter;
    case 'Join': return accessor(new Join())! as Join;
    case 'Limit': return accessor(new Limit())! as Limit;
    case 'LiteralRelation': return accessor(new LiteralRelation())! as LiteralRelation;
    case 'OrderBy': return accessor(new OrderBy())! as OrderBy;
    case 'Project': return accessor(new Project())! as Project;
    case 'SetOperation': return accessor(new SetOperation())! as SetOperation;
    case 'Source': return accessor(new Source())! as Source;
    default: return null;
  }
}

export function unionListToRelationImpl(
  type: RelationImpl,
  accessor: (index: number, obj:Aggregate|Filter|Join|Limit|LiteralRelation|OrderBy|Project|SetOperation|Source) => Aggregate|Filter|Join|Limit|LiteralRelation|OrderBy|Project|SetOperation|Source|null,
  index: number
): Aggregate|Filter|Join|Limit|LiteralRelation|OrderBy|Project|SetOperation|Source|null {
  switch(RelationImpl[type]) {
    case 'NONE': return null;
    case 'Aggregate': return accessor(index, new Aggregate())! as Aggregate;
    case 'Filter': return accessor(index, new Filter())! as Filter;
    case 'Join': return accessor(index, new Join())! as Join;
    case 'Limit': return accessor(index, new Limit())! as Limit;
    case 'LiteralRelation': return accessor(index, new LiteralRelation())! as LiteralRelation;
    case 'OrderBy': return accessor(index, new OrderBy())! as OrderBy;
    case 'Project': return accessor(index, new Project())! as Project;
    case 'SetOperation': return accessor(index, new SetOperation())! as SetOperation;
    case 'Source': return accessor(index, new Source())! as Source;
    default: return null;
  }
}

export class Relation {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Relation {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsRelation(bb:flatbuffers.ByteBuffer, obj?:Relation):Relation {
  return (obj || new Relation()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsRelation(bb:flatbuffers.ByteBuffer, obj?:Relation):Relation {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Relation()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

implType():RelationImpl {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint8(this.bb_pos + offset) : RelationImpl.NONE;
}

impl<T extends flatbuffers.Table>(obj:any):any|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__union(obj, this.bb_pos + offset) : null;
}

static startRelation(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addImplType(builder:flatbuffers.Builder, implType:RelationImpl) {
  builder.addFieldInt8(0, implType, RelationImpl.NONE);
}

static addImpl(builder:flatbuffers.Builder, implOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, implOffset, 0);
}

static endRelation(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static finishRelationBuffer(builder:flatbuffers.Builder, offset:flatbuffers.Offset) {
  builder.finish(offset);
}

static finishSizePrefixedRelationBuffer(builder:flatbuffers.Builder, offset:flatbuffers.Offset) {
  builder.finish(offset, undefined, true);
}

static createRelation(builder:flatbuffers.Builder, implType:RelationImpl, implOffset:flatbuffers.Offset):flatbuffers.Offset {
  Relation.startRelation(builder);
  Relation.addImplType(builder, implType);
  Relation.addImpl(builder, implOffset);
  return Relation.endRelation(builder);
}
}

export class SetOperation {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):SetOperation {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsSetOperation(bb:flatbuffers.ByteBuffer, obj?:SetOperation):SetOperation {
  return (obj || new SetOperation()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsSetOperation(bb:flatbuffers.ByteBuffer, obj?:SetOperation):SetOperation {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new SetOperation()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startSetOperation(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endSetOperation(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createSetOperation(builder:flatbuffers.Builder):flatbuffers.Offset {
  SetOperation.startSetOperation(builder);
  return SetOperation.endSetOperation(builder);
}
}

export class SimpleCase {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):SimpleCase {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsSimpleCase(bb:flatbuffers.ByteBuffer, obj?:SimpleCase):SimpleCase {
  return (obj || new SimpleCase()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsSimpleCase(bb:flatbuffers.ByteBuffer, obj?:SimpleCase):SimpleCase {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new SimpleCase()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startSimpleCase(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endSimpleCase(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createSimpleCase(builder:flatbuffers.Builder):flatbuffers.Offset {
  SimpleCase.startSimpleCase(builder);
  return SimpleCase.endSimpleCase(builder);
}
}

export class SortKey {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):SortKey {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsSortKey(bb:flatbuffers.ByteBuffer, obj?:SortKey):SortKey {
  return (obj || new SortKey()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsSortKey(bb:flatbuffers.ByteBuffer, obj?:SortKey):SortKey {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new SortKey()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startSortKey(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endSortKey(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createSortKey(builder:flatbuffers.Builder):flatbuffers.Offset {
  SortKey.startSortKey(builder);
  return SortKey.endSortKey(builder);
}
}

export class Source {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Source {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsSource(bb:flatbuffers.ByteBuffer, obj?:Source):Source {
  return (obj || new Source()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsSource(bb:flatbuffers.ByteBuffer, obj?:Source):Source {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Source()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

id(obj?:RelId):RelId|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? (obj || new RelId()).__init(this.bb!.__indirect(this.bb_pos + offset), this.bb!) : null;
}

name():string|null
name(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
name(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

filter(obj?:Expression):Expression|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? (obj || new Expression()).__init(this.bb!.__indirect(this.bb_pos + offset), this.bb!) : null;
}

schema(obj?:Schema):Schema|null {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? (obj || new Schema()).__init(this.bb!.__indirect(this.bb_pos + offset), this.bb!) : null;
}

projection(index: number, obj?:FieldIndex):FieldIndex|null {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? (obj || new FieldIndex()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

projectionLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startSource(builder:flatbuffers.Builder) {
  builder.startObject(5);
}

static addId(builder:flatbuffers.Builder, idOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, idOffset, 0);
}

static addName(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, nameOffset, 0);
}

static addFilter(builder:flatbuffers.Builder, filterOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, filterOffset, 0);
}

static addSchema(builder:flatbuffers.Builder, schemaOffset:flatbuffers.Offset) {
  builder.addFieldOffset(3, schemaOffset, 0);
}

static addProjection(builder:flatbuffers.Builder, projectionOffset:flatbuffers.Offset) {
  builder.addFieldOffset(4, projectionOffset, 0);
}

static createProjectionVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startProjectionVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endSource(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

}

export class StringLiteral {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):StringLiteral {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsStringLiteral(bb:flatbuffers.ByteBuffer, obj?:StringLiteral):StringLiteral {
  return (obj || new StringLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsStringLiteral(bb:flatbuffers.ByteBuffer, obj?:StringLiteral):StringLiteral {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new StringLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value():string|null
value(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
value(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startStringLiteral(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, valueOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, valueOffset, 0);
}

static endStringLiteral(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createStringLiteral(builder:flatbuffers.Builder, valueOffset:flatbuffers.Offset):flatbuffers.Offset {
  StringLiteral.startStringLiteral(builder);
  StringLiteral.addValue(builder, valueOffset);
  return StringLiteral.endStringLiteral(builder);
}
}

export class StructField {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):StructField {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsStructField(bb:flatbuffers.ByteBuffer, obj?:StructField):StructField {
  return (obj || new StructField()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsStructField(bb:flatbuffers.ByteBuffer, obj?:StructField):StructField {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new StructField()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startStructField(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endStructField(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createStructField(builder:flatbuffers.Builder):flatbuffers.Offset {
  StructField.startStructField(builder);
  return StructField.endStructField(builder);
}
}

export class StructLiteral {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):StructLiteral {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsStructLiteral(bb:flatbuffers.ByteBuffer, obj?:StructLiteral):StructLiteral {
  return (obj || new StructLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsStructLiteral(bb:flatbuffers.ByteBuffer, obj?:StructLiteral):StructLiteral {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new StructLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

values(index: number, obj?:Literal):Literal|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? (obj || new Literal()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

valuesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startStructLiteral(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValues(builder:flatbuffers.Builder, valuesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, valuesOffset, 0);
}

static createValuesVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startValuesVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endStructLiteral(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createStructLiteral(builder:flatbuffers.Builder, valuesOffset:flatbuffers.Offset):flatbuffers.Offset {
  StructLiteral.startStructLiteral(builder);
  StructLiteral.addValues(builder, valuesOffset);
  return StructLiteral.endStructLiteral(builder);
}
}

export class TimeLiteral {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):TimeLiteral {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsTimeLiteral(bb:flatbuffers.ByteBuffer, obj?:TimeLiteral):TimeLiteral {
  return (obj || new TimeLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsTimeLiteral(bb:flatbuffers.ByteBuffer, obj?:TimeLiteral):TimeLiteral {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new TimeLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

static startTimeLiteral(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, value:bigint) {
  builder.addFieldInt64(0, value, BigInt('0'));
}

static endTimeLiteral(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createTimeLiteral(builder:flatbuffers.Builder, value:bigint):flatbuffers.Offset {
  TimeLiteral.startTimeLiteral(builder);
  TimeLiteral.addValue(builder, value);
  return TimeLiteral.endTimeLiteral(builder);
}
}

export class TimestampLiteral {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):TimestampLiteral {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsTimestampLiteral(bb:flatbuffers.ByteBuffer, obj?:TimestampLiteral):TimestampLiteral {
  return (obj || new TimestampLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsTimestampLiteral(bb:flatbuffers.ByteBuffer, obj?:TimestampLiteral):TimestampLiteral {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new TimestampLiteral()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

static startTimestampLiteral(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, value:bigint) {
  builder.addFieldInt64(0, value, BigInt('0'));
}

static endTimestampLiteral(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createTimestampLiteral(builder:flatbuffers.Builder, value:bigint):flatbuffers.Offset {
  TimestampLiteral.startTimestampLiteral(builder);
  TimestampLiteral.addValue(builder, value);
  return TimestampLiteral.endTimestampLiteral(builder);
}
}

export class UInt16Literal {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):UInt16Literal {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsUInt16Literal(bb:flatbuffers.ByteBuffer, obj?:UInt16Literal):UInt16Literal {
  return (obj || new UInt16Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsUInt16Literal(bb:flatbuffers.ByteBuffer, obj?:UInt16Literal):UInt16Literal {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new UInt16Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
}

static startUInt16Literal(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, value:number) {
  builder.addFieldInt16(0, value, 0);
}

static endUInt16Literal(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createUInt16Literal(builder:flatbuffers.Builder, value:number):flatbuffers.Offset {
  UInt16Literal.startUInt16Literal(builder);
  UInt16Literal.addValue(builder, value);
  return UInt16Literal.endUInt16Literal(builder);
}
}

export class UInt32Literal {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):UInt32Literal {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsUInt32Literal(bb:flatbuffers.ByteBuffer, obj?:UInt32Literal):UInt32Literal {
  return (obj || new UInt32Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsUInt32Literal(bb:flatbuffers.ByteBuffer, obj?:UInt32Literal):UInt32Literal {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new UInt32Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
}

static startUInt32Literal(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, value:number) {
  builder.addFieldInt32(0, value, 0);
}

static endUInt32Literal(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createUInt32Literal(builder:flatbuffers.Builder, value:number):flatbuffers.Offset {
  UInt32Literal.startUInt32Literal(builder);
  UInt32Literal.addValue(builder, value);
  return UInt32Literal.endUInt32Literal(builder);
}
}

export class UInt64Literal {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):UInt64Literal {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsUInt64Literal(bb:flatbuffers.ByteBuffer, obj?:UInt64Literal):UInt64Literal {
  return (obj || new UInt64Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsUInt64Literal(bb:flatbuffers.ByteBuffer, obj?:UInt64Literal):UInt64Literal {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new UInt64Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt('0');
}

static startUInt64Literal(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, value:bigint) {
  builder.addFieldInt64(0, value, BigInt('0'));
}

static endUInt64Literal(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createUInt64Literal(builder:flatbuffers.Builder, value:bigint):flatbuffers.Offset {
  UInt64Literal.startUInt64Literal(builder);
  UInt64Literal.addValue(builder, value);
  return UInt64Literal.endUInt64Literal(builder);
}
}

export class UInt8Literal {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):UInt8Literal {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsUInt8Literal(bb:flatbuffers.ByteBuffer, obj?:UInt8Literal):UInt8Literal {
  return (obj || new UInt8Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsUInt8Literal(bb:flatbuffers.ByteBuffer, obj?:UInt8Literal):UInt8Literal {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new UInt8Literal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

value():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readUint8(this.bb_pos + offset) : 0;
}

static startUInt8Literal(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addValue(builder:flatbuffers.Builder, value:number) {
  builder.addFieldInt8(0, value, 0);
}

static endUInt8Literal(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createUInt8Literal(builder:flatbuffers.Builder, value:number):flatbuffers.Offset {
  UInt8Literal.startUInt8Literal(builder);
  UInt8Literal.addValue(builder, value);
  return UInt8Literal.endUInt8Literal(builder);
}
}

export class WindowCall {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):WindowCall {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsWindowCall(bb:flatbuffers.ByteBuffer, obj?:WindowCall):WindowCall {
  return (obj || new WindowCall()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsWindowCall(bb:flatbuffers.ByteBuffer, obj?:WindowCall):WindowCall {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new WindowCall()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startWindowCall(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endWindowCall(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createWindowCall(builder:flatbuffers.Builder):flatbuffers.Offset {
  WindowCall.startWindowCall(builder);
  return WindowCall.endWindowCall(builder);
}
}
