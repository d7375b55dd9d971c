// Made by scripts/generate-flatbuffers.sh with the FlatBuffers compiler; do not edit.

import * as flatbuffers from 'flatbuffers'

export class Binary {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Binary {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsBinary(bb:flatbuffers.ByteBuffer, obj?:Binary):Binary {
  return (obj || new Binary()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsBinary(bb:flatbuffers.ByteBuffer, obj?:Binary):Binary {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Binary()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startBinary(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endBinary(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createBinary(builder:flatbuffers.Builder):flatbuffers.Offset {
  Binary.startBinary(builder);
  return Binary.endBinary(builder);
}
}

export enum BodyCompressionMethod {
  BUFFER = 0
}

export class BodyCompression {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):BodyCompression {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsBodyCompression(bb:flatbuffers.ByteBuffer, obj?:BodyCompression):BodyCompression {
  return (obj || new BodyCompression()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsBodyCompression(bb:flatbuffers.ByteBuffer, obj?:BodyCompression):BodyCompression {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new BodyCompression()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

codec():CompressionType {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt8(this.bb_pos + offset) : CompressionType.LZ4_FRAME;
}

method():BodyCompressionMethod {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readInt8(this.bb_pos + offset) : BodyCompressionMethod.BUFFER;
}

static startBodyCompression(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addCodec(builder:flatbuffers.Builder, codec:CompressionType) {
  builder.addFieldInt8(0, codec, CompressionType.LZ4_FRAME);
}

static addMethod(builder:flatbuffers.Builder, method:BodyCompressionMethod) {
  builder.addFieldInt8(1, method, BodyCompressionMethod.BUFFER);
}

static endBodyCompression(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createBodyCompression(builder:flatbuffers.Builder, codec:CompressionType, method:BodyCompressionMethod):flatbuffers.Offset {
  BodyCompression.startBodyCompression(builder);
  BodyCompression.addCodec(builder, codec);
  BodyCompression.addMethod(builder, method);
  return BodyCompression.endBodyCompression(builder);
}
}

export class Bool {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Bool {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsBool(bb:flatbuffers.ByteBuffer, obj?:Bool):Bool {
  return (obj || new Bool()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsBool(bb:flatbuffers.ByteBuffer, obj?:Bool):Bool {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Bool()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startBool(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endBool(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createBool(builder:flatbuffers.Builder):flatbuffers.Offset {
  Bool.startBool(builder);
  return Bool.endBool(builder);
}
}

export class Buffer {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Buffer {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

offset():bigint {
  return this.bb!.readInt64(this.bb_pos);
}

length():bigint {
  return this.bb!.readInt64(this.bb_pos + 8);
}

static sizeOf():number {
  return 16;
}

static createBuffer(builder:flatbuffers.Builder, offset: bigint, length: bigint):flatbuffers.Offset {
  builder.prep(8, 16);
  builder.writeInt64(length);
  builder.writeInt64(offset);
  return builder.offset();
}

}

export enum CompressionType {
  LZ4_FRAME = 0,
  ZSTD = 1
}

export enum DateUnit {
  DAY = 0,
  MILLISECOND = 1
}

export class Date {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Date {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsDate(bb:flatbuffers.ByteBuffer, obj?:Date):Date {
  return (obj || new Date()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsDate(bb:flatbuffers.ByteBuffer, obj?:Date):Date {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Date()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

unit():DateUnit {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt16(this.bb_pos + offset) : DateUnit.MILLISECOND;
}

static startDate(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addUnit(builder:flatbuffers.Builder, unit:DateUnit) {
  builder.addFieldInt16(0, unit, DateUnit.MILLISECOND);
}

static endDate(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createDate(builder:flatbuffers.Builder, unit:DateUnit):flatbuffers.Offset {
  Date.startDate(builder);
  Date.addUnit(builder, unit);
  return Date.endDate(builder);
}
}

export class Decimal {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Decimal {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsDecimal(bb:flatbuffers.ByteBuffer, obj?:Decimal):Decimal {
  return (obj || new Decimal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsDecimal(bb:flatbuffers.ByteBuffer, obj?:Decimal):Decimal {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Decimal()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

precision():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt32(this.bb_pos + offset) : 0;
}

scale():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readInt32(this.bb_pos + offset) : 0;
}

bitWidth():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.readInt32(this.bb_pos + offset) : 128;
}

static startDecimal(builder:flatbuffers.Builder) {
  builder.startObject(3);
}

static addPrecision(builder:flatbuffers.Builder, precision:number) {
  builder.addFieldInt32(0, precision, 0);
}

static addScale(builder:flatbuffers.Builder, scale:number) {
  builder.addFieldInt32(1, scale, 0);
}

static addBitWidth(builder:flatbuffers.Builder, bitWidth:number) {
  builder.addFieldInt32(2, bitWidth, 128);
}

static endDecimal(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createDecimal(builder:flatbuffers.Builder, precision:number, scale:number, bitWidth:number):flatbuffers.Offset {
  Decimal.startDecimal(builder);
  Decimal.addPrecision(builder, precision);
  Decimal.addScale(builder, scale);
  Decimal.addBitWidth(builder, bitWidth);
  return Decimal.endDecimal(builder);
}
}

export class DictionaryBatch {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):DictionaryBatch {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsDictionaryBatch(bb:flatbuffers.ByteBuffer, obj?:DictionaryBatch):DictionaryBatch {
  return (obj || new DictionaryBatch()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsDictionaryBatch(bb:flatbuffers.ByteBuffer, obj?:DictionaryBatch):DictionaryBatch {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new DictionaryBatch()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

id():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

data(obj?:RecordBatch):RecordBatch|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? (obj || new RecordBatch()).__init(this.bb!.__indirect(this.bb_pos + offset), this.bb!) : null;
}

isDelta():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

static startDictionaryBatch(builder:flatbuffers.Builder) {
  builder.startObject(3);
}

static addId(builder:flatbuffers.Builder, id:bigint) {
  builder.addFieldInt64(0, id, BigInt('0'));
}

static addData(builder:flatbuffers.Builder, dataOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, dataOffset, 0);
}

static addIsDelta(builder:flatbuffers.Builder, isDelta:boolean) {
  builder.addFieldInt8(2, +isDelta, +false);
}

static endDictionaryBatch(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

}

export class DictionaryEncoding {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):DictionaryEncoding {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsDictionaryEncoding(bb:flatbuffers.ByteBuffer, obj?:DictionaryEncoding):DictionaryEncoding {
  return (obj || new DictionaryEncoding()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsDictionaryEncoding(bb:flatbuffers.ByteBuffer, obj?:DictionaryEncoding):DictionaryEncoding {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new DictionaryEncoding()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

id():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

indexType(obj?:Int):Int|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? (obj || new Int()).__init(this.bb!.__indirect(this.bb_pos + offset), this.bb!) : null;
}

isOrdered():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

dictionaryKind():DictionaryKind {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.readInt16(this.bb_pos + offset) : DictionaryKind.DenseArray;
}

static startDictionaryEncoding(builder:flatbuffers.Builder) {
  builder.startObject(4);
}

static addId(builder:flatbuffers.Builder, id:bigint) {
  builder.addFieldInt64(0, id, BigInt('0'));
}

static addIndexType(builder:flatbuffers.Builder, indexTypeOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, indexTypeOffset, 0);
}

static addIsOrdered(builder:flatbuffers.Builder, isOrdered:boolean) {
  builder.addFieldInt8(2, +isOrdered, +false);
}

static addDictionaryKind(builder:flatbuffers.Builder, dictionaryKind:DictionaryKind) {
  builder.addFieldInt16(3, dictionaryKind, DictionaryKind.DenseArray);
}

static endDictionaryEncoding(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

}

export enum DictionaryKind {
  DenseArray = 0
}

export class Duration {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Duration {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsDuration(bb:flatbuffers.ByteBuffer, obj?:Duration):Duration {
  return (obj || new Duration()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsDuration(bb:flatbuffers.ByteBuffer, obj?:Duration):Duration {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Duration()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

unit():TimeUnit {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt16(this.bb_pos + offset) : TimeUnit.MILLISECOND;
}

static startDuration(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addUnit(builder:flatbuffers.Builder, unit:TimeUnit) {
  builder.addFieldInt16(0, unit, TimeUnit.MILLISECOND);
}

static endDuration(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createDuration(builder:flatbuffers.Builder, unit:TimeUnit):flatbuffers.Offset {
  Duration.startDuration(builder);
  Duration.addUnit(builder, unit);
  return Duration.endDuration(builder);
}
}

export enum Endianness {
  Little = 0,
  Big = 1
}

export class FieldNode {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):FieldNode {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

length():bigint {
  return this.bb!.readInt64(this.bb_pos);
}

nullCount():bigint {
  return this.bb!.readInt64(this.bb_pos + 8);
}

static sizeOf():number {
  return 16;
}

static createFieldNode(builder:flatbuffers.Builder, length: bigint, null_count: bigint):flatbuffers.Offset {
  builder.prep(8, 16);
  builder.writeInt64(null_count);
  builder.writeInt64(length);
  return builder.offset();
}

}

export class Field {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Field {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsField(bb:flatbuffers.ByteBuffer, obj?:Field):Field {
  return (obj || new Field()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsField(bb:flatbuffers.ByteBuffer, obj?:Field):Field {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Field()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

name():string|null
name(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
name(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

nullable():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

typeType():Type {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.readUint8(this.bb_pos + offset) : Type.NONE;
}

type<T extends flatbuffers.Table>(obj:any):any|null {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.__union(obj, this.bb_pos + offset) : null;
}

dictionary(obj?:DictionaryEncoding):DictionaryEncoding|null {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? (obj || new DictionaryEncoding()).__init(this.bb!.__indirect(this.bb_pos + offset), this.bb!) : null;
}

children(index: number, obj?:Field):Field|null {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? (obj || new Field()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

childrenLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

customMetadata(index: number, obj?:KeyValue):KeyValue|null {
  const offset = this.bb!.__offset(this.bb_pos, 16);
  return offset ? (obj || new KeyValue()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

customMetadataLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 16);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startField(builder:flatbuffers.Builder) {
  builder.startObject(7);
}

static addName(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, nameOffset, 0);
}

static addNullable(builder:flatbuffers.Builder, nullable:boolean) {
  builder.addFieldInt8(1, +nullable, +false);
}

static addTypeType(builder:flatbuffers.Builder, typeType:Type) {
  builder.addFieldInt8(2, typeType, Type.NONE);
}

static addType(builder:flatbuffers.Builder, typeOffset:flatbuffers.Offset) {
  builder.addFieldOffset(3, typeOffset, 0);
}

static addDictionary(builder:flatbuffers.Builder, dictionaryOffset:flatbuffers.Offset) {
  builder.addFieldOffset(4, dictionaryOffset, 0);
}

static addChildren(builder:flatbuffers.Builder, childrenOffset:flatbuffers.Offset) {
  builder.addFieldOffset(5, childrenOffset, 0);
}

static createChildrenVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startChildrenVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static addCustomMetadata(builder:flatbuffers.Builder, customMetadataOffset:flatbuffers.Offset) {
  builder.addFieldOffset(6, customMetadataOffset, 0);
}

static createCustomMetadataVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startCustomMetadataVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endField(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

}

export class FixedSizeBinary {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):FixedSizeBinary {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsFixedSizeBinary(bb:flatbuffers.ByteBuffer, obj?:FixedSizeBinary):FixedSizeBinary {
  return (obj || new FixedSizeBinary()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsFixedSizeBinary(bb:flatbuffers.ByteBuffer, obj?:FixedSizeBinary):FixedSizeBinary {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new FixedSizeBinary()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

byteWidth():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt32(this.bb_pos + offset) : 0;
}

static startFixedSizeBinary(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addByteWidth(builder:flatbuffers.Builder, byteWidth:number) {
  builder.addFieldInt32(0, byteWidth, 0);
}

static endFixedSizeBinary(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createFixedSizeBinary(builder:flatbuffers.Builder, byteWidth:number):flatbuffers.Offset {
  FixedSizeBinary.startFixedSizeBinary(builder);
  FixedSizeBinary.addByteWidth(builder, byteWidth);
  return FixedSizeBinary.endFixedSizeBinary(builder);
}
}

export class FixedSizeList {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):FixedSizeList {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsFixedSizeList(bb:flatbuffers.ByteBuffer, obj?:FixedSizeList):FixedSizeList {
  return (obj || new FixedSizeList()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsFixedSizeList(bb:flatbuffers.ByteBuffer, obj?:FixedSizeList):FixedSizeList {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new FixedSizeList()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

listSize():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt32(this.bb_pos + offset) : 0;
}

static startFixedSizeList(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addListSize(builder:flatbuffers.Builder, listSize:number) {
  builder.addFieldInt32(0, listSize, 0);
}

static endFixedSizeList(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createFixedSizeList(builder:flatbuffers.Builder, listSize:number):flatbuffers.Offset {
  FixedSizeList.startFixedSizeList(builder);
  FixedSizeList.addListSize(builder, listSize);
  return FixedSizeList.endFixedSizeList(builder);
}
}

export class FloatingPoint {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):FloatingPoint {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsFloatingPoint(bb:flatbuffers.ByteBuffer, obj?:FloatingPoint):FloatingPoint {
  return (obj || new FloatingPoint()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsFloatingPoint(bb:flatbuffers.ByteBuffer, obj?:FloatingPoint):FloatingPoint {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new FloatingPoint()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

precision():Precision {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt16(this.bb_pos + offset) : Precision.HALF;
}

static startFloatingPoint(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addPrecision(builder:flatbuffers.Builder, precision:Precision) {
  builder.addFieldInt16(0, precision, Precision.HALF);
}

static endFloatingPoint(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createFloatingPoint(builder:flatbuffers.Builder, precision:Precision):flatbuffers.Offset {
  FloatingPoint.startFloatingPoint(builder);
  FloatingPoint.addPrecision(builder, precision);
  return FloatingPoint.endFloatingPoint(builder);
}
}

export class Int {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Int {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsInt(bb:flatbuffers.ByteBuffer, obj?:Int):Int {
  return (obj || new Int()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsInt(bb:flatbuffers.ByteBuffer, obj?:Int):Int {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Int()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

bitWidth():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt32(this.bb_pos + offset) : 0;
}

isSigned():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

static startInt(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addBitWidth(builder:flatbuffers.Builder, bitWidth:number) {
  builder.addFieldInt32(0, bitWidth, 0);
}

static addIsSigned(builder:flatbuffers.Builder, isSigned:boolean) {
  builder.addFieldInt8(1, +isSigned, +false);
}

static endInt(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createInt(builder:flatbuffers.Builder, bitWidth:number, isSigned:boolean):flatbuffers.Offset {
  Int.startInt(builder);
  Int.addBitWidth(builder, bitWidth);
  Int.addIsSigned(builder, isSigned);
  return Int.endInt(builder);
}
}

export enum IntervalUnit {
  YEAR_MONTH = 0,
  DAY_TIME = 1,
  MONTH_DAY_NANO = 2
}

export class Interval {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Interval {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsInterval(bb:flatbuffers.ByteBuffer, obj?:Interval):Interval {
  return (obj || new Interval()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsInterval(bb:flatbuffers.ByteBuffer, obj?:Interval):Interval {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Interval()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

unit():IntervalUnit {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt16(this.bb_pos + offset) : IntervalUnit.YEAR_MONTH;
}

static startInterval(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addUnit(builder:flatbuffers.Builder, unit:IntervalUnit) {
  builder.addFieldInt16(0, unit, IntervalUnit.YEAR_MONTH);
}

static endInterval(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createInterval(builder:flatbuffers.Builder, unit:IntervalUnit):flatbuffers.Offset {
  Interval.startInterval(builder);
  Interval.addUnit(builder, unit);
  return Interval.endInterval(builder);
}
}

export class KeyValue {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):KeyValue {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsKeyValue(bb:flatbuffers.ByteBuffer, obj?:KeyValue):KeyValue {
  return (obj || new KeyValue()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsKeyValue(bb:flatbuffers.ByteBuffer, obj?:KeyValue):KeyValue {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new KeyValue()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

key():string|null
key(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
key(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

value():string|null
value(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
value(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startKeyValue(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addKey(builder:flatbuffers.Builder, keyOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, keyOffset, 0);
}

static addValue(builder:flatbuffers.Builder, valueOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, valueOffset, 0);
}

static endKeyValue(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createKeyValue(builder:flatbuffers.Builder, keyOffset:flatbuffers.Offset, valueOffset:flatbuffers.Offset):flatbuffers.Offset {
  KeyValue.startKeyValue(builder);
  KeyValue.addKey(builder, keyOffset);
  KeyValue.addValue(builder, valueOffset);
  return KeyValue.endKeyValue(builder);
}
}

export class LargeBinary {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):LargeBinary {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsLargeBinary(bb:flatbuffers.ByteBuffer, obj?:LargeBinary):LargeBinary {
  return (obj || new LargeBinary()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsLargeBinary(bb:flatbuffers.ByteBuffer, obj?:LargeBinary):LargeBinary {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new LargeBinary()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startLargeBinary(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endLargeBinary(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createLargeBinary(builder:flatbuffers.Builder):flatbuffers.Offset {
  LargeBinary.startLargeBinary(builder);
  return LargeBinary.endLargeBinary(builder);
}
}

export class LargeList {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):LargeList {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsLargeList(bb:flatbuffers.ByteBuffer, obj?:LargeList):LargeList {
  return (obj || new LargeList()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsLargeList(bb:flatbuffers.ByteBuffer, obj?:LargeList):LargeList {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new LargeList()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startLargeList(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endLargeList(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createLargeList(builder:flatbuffers.Builder):flatbuffers.Offset {
  LargeList.startLargeList(builder);
  return LargeList.endLargeList(builder);
}
}

export class LargeUtf8 {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):LargeUtf8 {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsLargeUtf8(bb:flatbuffers.ByteBuffer, obj?:LargeUtf8):LargeUtf8 {
  return (obj || new LargeUtf8()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsLargeUtf8(bb:flatbuffers.ByteBuffer, obj?:LargeUtf8):LargeUtf8 {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new LargeUtf8()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startLargeUtf8(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endLargeUtf8(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createLargeUtf8(builder:flatbuffers.Builder):flatbuffers.Offset {
  LargeUtf8.startLargeUtf8(builder);
  return LargeUtf8.endLargeUtf8(builder);
}
}

export class List {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):List {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsList(bb:flatbuffers.ByteBuffer, obj?:List):List {
  return (obj || new List()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsList(bb:flatbuffers.ByteBuffer, obj?:List):List {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new List()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startList(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endList(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createList(builder:flatbuffers.Builder):flatbuffers.Offset {
  List.startList(builder);
  return List.endList(builder);
}
}

export class Map {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Map {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsMap(bb:flatbuffers.ByteBuffer, obj?:Map):Map {
  return (obj || new Map()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsMap(bb:flatbuffers.ByteBuffer, obj?:Map):Map {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Map()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

keysSorted():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

static startMap(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addKeysSorted(builder:flatbuffers.Builder, keysSorted:boolean) {
  builder.addFieldInt8(0, +keysSorted, +false);
}

static endMap(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createMap(builder:flatbuffers.Builder, keysSorted:boolean):flatbuffers.Offset {
  Map.startMap(builder);
  Map.addKeysSorted(builder, keysSorted);
  return Map.endMap(builder);
}
}

export enum MessageHeader {
  NONE = 0,
  Schema = 1,
  DictionaryBatch = 2,
  RecordBatch = 3
}

export function unionToMessageHeader(
  type: MessageHeader,
  accessor: (obj:DictionaryBatch|RecordBatch|Schema) => DictionaryBatch|RecordBatch|Schema|null
): DictionaryBatch|RecordBatch|Schema|null {
  switch(MessageHeader[type]) {
    case 'NONE': return null;
    case 'Schema': return accessor(new Schema())! as Schema;
    case 'DictionaryBatch': return accessor(new DictionaryBatch())! as DictionaryBatch;
    case 'RecordBatch': return accessor(new RecordBatch())! as RecordBatch;
    default: return null;
  }
}

export function unionListToMessageHeader(
  type: MessageHeader,
  accessor: (index: number, obj:DictionaryBatch|RecordBatch|Schema) => DictionaryBatch|RecordBatch|Schema|null,
  index: number
): DictionaryBatch|RecordBatch|Schema|null {
  switch(MessageHeader[type]) {
    case 'NONE': return null;
    case 'Schema': return accessor(index, new Schema())! as Schema;
    case 'DictionaryBatch': return accessor(index, new DictionaryBatch())! as DictionaryBatch;
    case 'RecordBatch': return accessor(index, new RecordBatch())! as RecordBatch;
    default: return null;
  }
}

export class Message {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Message {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsMessage(bb:flatbuffers.ByteBuffer, obj?:Message):Message {
  return (obj || new Message()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsMessage(bb:flatbuffers.ByteBuffer, obj?:Message):Message {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Message()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

version():MetadataVersion {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt16(this.bb_pos + offset) : MetadataVersion.V1;
}

headerType():MessageHeader {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readUint8(this.bb_pos + offset) : MessageHeader.NONE;
}

header<T extends flatbuffers.Table>(obj:any):any|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__union(obj, this.bb_pos + offset) : null;
}

bodyLength():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

customMetadata(index: number, obj?:KeyValue):KeyValue|null {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? (obj || new KeyValue()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

customMetadataLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startMessage(builder:flatbuffers.Builder) {
  builder.startObject(5);
}

static addVersion(builder:flatbuffers.Builder, version:MetadataVersion) {
  builder.addFieldInt16(0, version, MetadataVersion.V1);
}

static addHeaderType(builder:flatbuffers.Builder, headerType:MessageHeader) {
  builder.addFieldInt8(1, headerType, MessageHeader.NONE);
}

static addHeader(builder:flatbuffers.Builder, headerOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, headerOffset, 0);
}

static addBodyLength(builder:flatbuffers.Builder, bodyLength:bigint) {
  builder.addFieldInt64(3, bodyLength, BigInt('0'));
}

static addCustomMetadata(builder:flatbuffers.Builder, customMetadataOffset:flatbuffers.Offset) {
  builder.addFieldOffset(4, customMetadataOffset, 0);
}

static createCustomMetadataVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startCustomMetadataVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endMessage(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static finishMessageBuffer(builder:flatbuffers.Builder, offset:flatbuffers.Offset) {
  builder.finish(offset);
}

static finishSizePrefixedMessageBuffer(builder:flatbuffers.Builder, offset:flatbuffers.Offset) {
  builder.finish(offset, undefined, true);
}

static createMessage(builder:flatbuffers.Builder, version:MetadataVersion, headerType:MessageHeader, headerOffset:flatbuffers.Offset, bodyLength:bigint, customMetadataOffset:flatbuffers.Offset):flatbuffers.Offset {
  Message.startMessage(builder);
  Message.addVersion(builder, version);
  Message.addHeaderType(builder, headerType);
  Message.addHeader(builder, headerOffset);
  Message.addBodyLength(builder, bodyLength);
  Message.addCustomMetadata(builder, customMetadataOffset);
  return Message.endMessage(builder);
}
}

export enum MetadataVersion {
  V1 = 0,
  V2 = 1,
  V3 = 2,
  V4 = 3,
  V5 = 4
}

export class Null {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Null {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsNull(bb:flatbuffers.ByteBuffer, obj?:Null):Null {
  return (obj || new Null()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsNull(bb:flatbuffers.ByteBuffer, obj?:Null):Null {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Null()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startNull(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endNull(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createNull(builder:flatbuffers.Builder):flatbuffers.Offset {
  Null.startNull(builder);
  return Null.endNull(builder);
}
}

export enum Precision {
  HALF = 0,
  SINGLE = 1,
  DOUBLE = 2
}

export class RecordBatch {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):RecordBatch {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsRecordBatch(bb:flatbuffers.ByteBuffer, obj?:RecordBatch):RecordBatch {
  return (obj || new RecordBatch()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsRecordBatch(bb:flatbuffers.ByteBuffer, obj?:RecordBatch):RecordBatch {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new RecordBatch()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

length():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

nodes(index: number, obj?:FieldNode):FieldNode|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? (obj || new FieldNode()).__init(this.bb!.__vector(this.bb_pos + offset) + index * 16, this.bb!) : null;
}

nodesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

buffers(index: number, obj?:Buffer):Buffer|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? (obj || new Buffer()).__init(this.bb!.__vector(this.bb_pos + offset) + index * 16, this.bb!) : null;
}

buffersLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

compression(obj?:BodyCompression):BodyCompression|null {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? (obj || new BodyCompression()).__init(this.bb!.__indirect(this.bb_pos + offset), this.bb!) : null;
}

static startRecordBatch(builder:flatbuffers.Builder) {
  builder.startObject(4);
}

static addLength(builder:flatbuffers.Builder, length:bigint) {
  builder.addFieldInt64(0, length, BigInt('0'));
}

static addNodes(builder:flatbuffers.Builder, nodesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, nodesOffset, 0);
}

static startNodesVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(16, numElems, 8);
}

static addBuffers(builder:flatbuffers.Builder, buffersOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, buffersOffset, 0);
}

static startBuffersVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(16, numElems, 8);
}

static addCompression(builder:flatbuffers.Builder, compressionOffset:flatbuffers.Offset) {
  builder.addFieldOffset(3, compressionOffset, 0);
}

static endRecordBatch(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

}

export class Schema {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Schema {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsSchema(bb:flatbuffers.ByteBuffer, obj?:Schema):Schema {
  return (obj || new Schema()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsSchema(bb:flatbuffers.ByteBuffer, obj?:Schema):Schema {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Schema()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

endianness():Endianness {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt16(this.bb_pos + offset) : Endianness.Little;
}

fields(index: number, obj?:Field):Field|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? (obj || new Field()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

fieldsLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

customMetadata(index: number, obj?:KeyValue):KeyValue|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? (obj || new KeyValue()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

customMetadataLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

features(index: number):bigint|null {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.readInt64(this.bb!.__vector(this.bb_pos + offset) + index * 8) : BigInt(0);
}

featuresLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startSchema(builder:flatbuffers.Builder) {
  builder.startObject(4);
}

static addEndianness(builder:flatbuffers.Builder, endianness:Endianness) {
  builder.addFieldInt16(0, endianness, Endianness.Little);
}

static addFields(builder:flatbuffers.Builder, fieldsOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, fieldsOffset, 0);
}

static createFieldsVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startFieldsVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static addCustomMetadata(builder:flatbuffers.Builder, customMetadataOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, customMetadataOffset, 0);
}

static createCustomMetadataVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startCustomMetadataVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static addFeatures(builder:flatbuffers.Builder, featuresOffset:flatbuffers.Offset) {
  builder.addFieldOffset(3, featuresOffset, 0);
}

static createFeaturesVector(builder:flatbuffers.Builder, data:bigint[]):flatbuffers.Offset {
  builder.startVector(8, data.length, 8);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt64(data[i]!);
  }
  return builder.endVector();
}

static startFeaturesVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(8, numElems, 8);
}

static endSchema(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createSchema(builder:flatbuffers.Builder, endianness:Endianness, fieldsOffset:flatbuffers.Offset, customMetadataOffset:flatbuffers.Offset, featuresOffset:flatbuffers.Offset):flatbuffers.Offset {
  Schema.startSchema(builder);
  Schema.addEndianness(builder, endianness);
  Schema.addFields(builder, fieldsOffset);
  Schema.addCustomMetadata(builder, customMetadataOffset);
  Schema.addFeatures(builder, featuresOffset);
  return Schema.endSchema(builder);
}
}

export class Struct_ {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Struct_ {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsStruct_(bb:flatbuffers.ByteBuffer, obj?:Struct_):Struct_ {
  return (obj || new Struct_()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsStruct_(bb:flatbuffers.ByteBuffer, obj?:Struct_):Struct_ {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Struct_()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startStruct_(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endStruct_(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createStruct_(builder:flatbuffers.Builder):flatbuffers.Offset {
  Struct_.startStruct_(builder);
  return Struct_.endStruct_(builder);
}
}

export enum TimeUnit {
  SECOND = 0,
  MILLISECOND = 1,
  MICROSECOND = 2,
  NANOSECOND = 3
}

export class Time {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Time {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsTime(bb:flatbuffers.ByteBuffer, obj?:Time):Time {
  return (obj || new Time()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsTime(bb:flatbuffers.ByteBuffer, obj?:Time):Time {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Time()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

unit():TimeUnit {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt16(this.bb_pos + offset) : TimeUnit.MILLISECOND;
}

bitWidth():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readInt32(this.bb_pos + offset) : 32;
}

static startTime(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addUnit(builder:flatbuffers.Builder, unit:TimeUnit) {
  builder.addFieldInt16(0, unit, TimeUnit.MILLISECOND);
}

static addBitWidth(builder:flatbuffers.Builder, bitWidth:number) {
  builder.addFieldInt32(1, bitWidth, 32);
}

static endTime(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createTime(builder:flatbuffers.Builder, unit:TimeUnit, bitWidth:number):flatbuffers.Offset {
  Time.startTime(builder);
  Time.addUnit(builder, unit);
  Time.addBitWidth(builder, bitWidth);
  return Time.endTime(builder);
}
}

export class Timestamp {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Timestamp {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsTimestamp(bb:flatbuffers.ByteBuffer, obj?:Timestamp):Timestamp {
  return (obj || new Timestamp()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsTimestamp(bb:flatbuffers.ByteBuffer, obj?:Timestamp):Timestamp {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Timestamp()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

unit():TimeUnit {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt16(this.bb_pos + offset) : TimeUnit.SECOND;
}

timezone():string|null
timezone(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
timezone(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startTimestamp(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addUnit(builder:flatbuffers.Builder, unit:TimeUnit) {
  builder.addFieldInt16(0, unit, TimeUnit.SECOND);
}

static addTimezone(builder:flatbuffers.Builder, timezoneOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, timezoneOffset, 0);
}

static endTimestamp(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createTimestamp(builder:flatbuffers.Builder, unit:TimeUnit, timezoneOffset:flatbuffers.Offset):flatbuffers.Offset {
  Timestamp.startTimestamp(builder);
  Timestamp.addUnit(builder, unit);
  Timestamp.addTimezone(builder, timezoneOffset);
  return Timestamp.endTimestamp(builder);
}
}

export enum Type {
  NONE = 0,
  Null = 1,
  Int = 2,
  FloatingPoint = 3,
  Binary = 4,
  Utf8 = 5,
  Bool = 6,
  Decimal = 7,
  Date = 8,
  Time = 9,
  Timestamp = 10,
  Interval = 11,
  List = 12,
  Struct_ = 13,
  Union = 14,
  FixedSizeBinary = 15,
  FixedSizeList = 16,
  Map = 17,
  Duration = 18,
  LargeBinary = 19,
  LargeUtf8 = 20,
  LargeList = 21
}

export function unionToType(
  type: Type,
  accessor: (obj:Binary|Bool|Date|Decimal|Duration|FixedSizeBinary|FixedSizeList|FloatingPoint|Int|Interval|LargeBinary|LargeList|LargeUtf8|List|Map|Null|Struct_|Time|Timestamp|Union|Utf8) => Binary|Bool|Date|Decimal|Duration|FixedSizeBinary|FixedSizeList|FloatingPoint|Int|Interval|LargeBinary|LargeList|LargeUtf8|List|Map|Null|Struct_|Time|Timestamp|Union|Utf8|null
): Binary|Bool|Date|Decimal|Duration|FixedSizeBinary|FixedSizeList|FloatingPoint|Int|Interval|LargeBinary|LargeList|LargeUtf8|List|Map|Null|Struct_|Time|Timestamp|Union|Utf8|null {
  switch(Type[type]) {
    case 'NONE': return null;
    case 'Null': return accessor(new Null())! as Null;
    case 'Int': return accessor(new Int())! as Int;
    case 'FloatingPoint': return accessor(new FloatingPoint())! as FloatingPoint;
    case 'Binary': return accessor(new Binary())! as Binary;
    case 'Utf8': return accessor(new Utf8())! as Utf8;
    case 'Bool': return accessor(new Bool())! as Bool;
    case 'Decimal': return accessor(new Decimal())! as Decimal;
    case 'Date': return accessor(new Date())! as Date;
    case 'Time': return accessor(new Time())! as Time;
    case 'Timestamp': return accessor(new Timestamp())! as Timestamp;
    case 'Interval': return accessor(new Interval())! as Interval;
    case 'List': return accessor(new List())! as List;
    case 'Struct_': return accessor(new Struct_())! as Struct_;
    case 'Union': return accessor(new Union())! as Union;
    case 'FixedSizeBinary': return accessor(new FixedSizeBinary())! as FixedSizeBinary;
    case 'FixedSizeList': return accessor(new FixedSizeList())! as FixedSizeList;
    case 'Map': return accessor(new Map())! as Map;
    case 'Duration': return accessor(new Duration())! as Duration;
    case 'LargeBinary': return accessor(new LargeBinary())! as LargeBinary;
    case 'LargeUtf8': return accessor(new LargeUtf8())! as LargeUtf8;
    case 'LargeList': return accessor(new LargeList())! as LargeList;
    default: return null;
  }
}

export function unionListToType(
  type: Type,
  accessor: (index: number, obj:Binary|Bool|Date|Decimal|Duration|FixedSizeBinary|FixedSizeList|FloatingPoint|Int|Interval|LargeBinary|LargeList|LargeUtf8|List|Map|Null|Struct_|Time|Timestamp|Union|Utf8) => Binary|Bool|Date|Decimal|Duration|FixedSizeBinary|FixedSizeList|FloatingPoint|Int|Interval|LargeBinary|LargeList|LargeUtf8|List|Map|Null|Struct_|Time|Timestamp|Union|Utf8|null,
  index: number
): Binary|Bool|Date|Decimal|Duration|FixedSizeBinary|FixedSizeList|FloatingPoint|Int|Interval|LargeBinary|LargeList|LargeUtf8|List|Map|Null|Struct_|Time|Timestamp|Union|Utf8|null {
  switch(Type[type]) {
    case 'NONE': return null;
    case 'Null': return accessor(index, new Null())! as Null;
    case 'Int': return accessor(index, new Int())! as Int;
    case 'FloatingPoint': return accessor(index, new FloatingPoint())! as FloatingPoint;
    case 'Binary': return accessor(index, new Binary())! as Binary;
    case 'Utf8': return accessor(index, new Utf8())! as Utf8;
    case 'Bool': return accessor(index, new Bool())! as Bool;
    case 'Decimal': return accessor(index, new Decimal())! as Decimal;
    case 'Date': return accessor(index, new Date())! as Date;
    case 'Time': return accessor(index, new Time())! as Time;
    case 'Timestamp': return accessor(index, new Timestamp())! as Timestamp;
    case 'Interval': return accessor(index, new Interval())! as Interval;
    case 'List': return accessor(index, new List())! as List;
    case 'Struct_': return accessor(index, new Struct_())! as Struct_;
    case 'Union': return accessor(index, new Union())! as Union;
    case 'FixedSizeBinary': return accessor(index, new FixedSizeBinary())! as FixedSizeBinary;
    case 'FixedSizeList': return accessor(index, new FixedSizeList())! as FixedSizeList;
    case 'Map': return accessor(index, new Map())! as Map;
    case 'Duration': return accessor(index, new Duration())! as Duration;
    case 'LargeBinary': return accessor(index, new LargeBinary())! as LargeBinary;
    case 'LargeUtf8': return accessor(index, new LargeUtf8())! as LargeUtf8;
    case 'LargeList': return accessor(index, new LargeList())! as LargeList;
    default: return null;
  }
}

export enum UnionMode {
  Sparse = 0,
  Dense = 1
}

export class Union {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Union {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsUnion(bb:flatbuffers.ByteBuffer, obj?:Union):Union {
  return (obj || new Union()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsUnion(bb:flatbuffers.ByteBuffer, obj?:Union):Union {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Union()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

mode():UnionMode {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt16(this.bb_pos + offset) : UnionMode.Sparse;
}

typeIds(index: number):number|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readInt32(this.bb!.__vector(this.bb_pos + offset) + index * 4) : 0;
}

typeIdsLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

typeIdsArray():Int32Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? new Int32Array(this.bb!.bytes().buffer, this.bb!.bytes().byteOffset + this.bb!.__vector(this.bb_pos + offset), this.bb!.__vector_len(this.bb_pos + offset)) : null;
}

static startUnion(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addMode(builder:flatbuffers.Builder, mode:UnionMode) {
  builder.addFieldInt16(0, mode, UnionMode.Sparse);
}

static addTypeIds(builder:flatbuffers.Builder, typeIdsOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, typeIdsOffset, 0);
}

static createTypeIdsVector(builder:flatbuffers.Builder, data:number[]|Int32Array):flatbuffers.Offset;
/**
 * @deprecated This Uint8Array overload will be removed in the future.
 */
static createTypeIdsVector(builder:flatbuffers.Builder, data:number[]|Uint8Array):flatbuffers.Offset;
static createTypeIdsVector(builder:flatbuffers.Builder, data:number[]|Int32Array|Uint8Array):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addInt32(data[i]!);
  }
  return builder.endVector();
}

static startTypeIdsVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endUnion(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createUnion(builder:flatbuffers.Builder, mode:UnionMode, typeIdsOffset:flatbuffers.Offset):flatbuffers.Offset {
  Union.startUnion(builder);
  Union.addMode(builder, mode);
  Union.addTypeIds(builder, typeIdsOffset);
  return Union.endUnion(builder);
}
}

export class Utf8 {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Utf8 {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsUtf8(bb:flatbuffers.ByteBuffer, obj?:Utf8):Utf8 {
  return (obj || new Utf8()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsUtf8(bb:flatbuffers.ByteBuffer, obj?:Utf8):Utf8 {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Utf8()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static startUtf8(builder:flatbuffers.Builder) {
  builder.startObject(0);
}

static endUtf8(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createUtf8(builder:flatbuffers.Builder):flatbuffers.Offset {
  Utf8.startUtf8(builder);
  return Utf8.endUtf8(builder);
}
}
