// Made by scripts/generate-flatbuffers.sh with the FlatBuffers compiler; do not edit.

import * as flatbuffers from 'flatbuffers'

export class AlterColumnRequest {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):AlterColumnRequest {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsAlterColumnRequest(bb:flatbuffers.ByteBuffer, obj?:AlterColumnRequest):AlterColumnRequest {
  return (obj || new AlterColumnRequest()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsAlterColumnRequest(bb:flatbuffers.ByteBuffer, obj?:AlterColumnRequest):AlterColumnRequest {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new AlterColumnRequest()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

properties():string|null
properties(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
properties(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

stats():string|null
stats(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
stats(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startAlterColumnRequest(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addProperties(builder:flatbuffers.Builder, propertiesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, propertiesOffset, 0);
}

static addStats(builder:flatbuffers.Builder, statsOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, statsOffset, 0);
}

static endAlterColumnRequest(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createAlterColumnRequest(builder:flatbuffers.Builder, propertiesOffset:flatbuffers.Offset, statsOffset:flatbuffers.Offset):flatbuffers.Offset {
  AlterColumnRequest.startAlterColumnRequest(builder);
  AlterColumnRequest.addProperties(builder, propertiesOffset);
  AlterColumnRequest.addStats(builder, statsOffset);
  return AlterColumnRequest.endAlterColumnRequest(builder);
}
}

export class AlterProjectionTableRequest {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):AlterProjectionTableRequest {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsAlterProjectionTableRequest(bb:flatbuffers.ByteBuffer, obj?:AlterProjectionTableRequest):AlterProjectionTableRequest {
  return (obj || new AlterProjectionTableRequest()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsAlterProjectionTableRequest(bb:flatbuffers.ByteBuffer, obj?:AlterProjectionTableRequest):AlterProjectionTableRequest {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new AlterProjectionTableRequest()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

newName():string|null
newName(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
newName(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

properties():string|null
properties(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
properties(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startAlterProjectionTableRequest(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addNewName(builder:flatbuffers.Builder, newNameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, newNameOffset, 0);
}

static addProperties(builder:flatbuffers.Builder, propertiesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, propertiesOffset, 0);
}

static endAlterProjectionTableRequest(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createAlterProjectionTableRequest(builder:flatbuffers.Builder, newNameOffset:flatbuffers.Offset, propertiesOffset:flatbuffers.Offset):flatbuffers.Offset {
  AlterProjectionTableRequest.startAlterProjectionTableRequest(builder);
  AlterProjectionTableRequest.addNewName(builder, newNameOffset);
  AlterProjectionTableRequest.addProperties(builder, propertiesOffset);
  return AlterProjectionTableRequest.endAlterProjectionTableRequest(builder);
}
}

export class AlterSchemaRequest {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):AlterSchemaRequest {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsAlterSchemaRequest(bb:flatbuffers.ByteBuffer, obj?:AlterSchemaRequest):AlterSchemaRequest {
  return (obj || new AlterSchemaRequest()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsAlterSchemaRequest(bb:flatbuffers.ByteBuffer, obj?:AlterSchemaRequest):AlterSchemaRequest {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new AlterSchemaRequest()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

properties():string|null
properties(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
properties(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startAlterSchemaRequest(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addProperties(builder:flatbuffers.Builder, propertiesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, propertiesOffset, 0);
}

static endAlterSchemaRequest(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createAlterSchemaRequest(builder:flatbuffers.Builder, propertiesOffset:flatbuffers.Offset):flatbuffers.Offset {
  AlterSchemaRequest.startAlterSchemaRequest(builder);
  AlterSchemaRequest.addProperties(builder, propertiesOffset);
  return AlterSchemaRequest.endAlterSchemaRequest(builder);
}
}

export class AlterTableRequest {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):AlterTableRequest {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsAlterTableRequest(bb:flatbuffers.ByteBuffer, obj?:AlterTableRequest):AlterTableRequest {
  return (obj || new AlterTableRequest()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsAlterTableRequest(bb:flatbuffers.ByteBuffer, obj?:AlterTableRequest):AlterTableRequest {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new AlterTableRequest()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

properties():string|null
properties(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
properties(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startAlterTableRequest(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addProperties(builder:flatbuffers.Builder, propertiesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, propertiesOffset, 0);
}

static endAlterTableRequest(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createAlterTableRequest(builder:flatbuffers.Builder, propertiesOffset:flatbuffers.Offset):flatbuffers.Offset {
  AlterTableRequest.startAlterTableRequest(builder);
  AlterTableRequest.addProperties(builder, propertiesOffset);
  return AlterTableRequest.endAlterTableRequest(builder);
}
}

export enum ColumnType {
  Unsorted = 0,
  Sorted = 1
}

export class Column {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):Column {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsColumn(bb:flatbuffers.ByteBuffer, obj?:Column):Column {
  return (obj || new Column()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsColumn(bb:flatbuffers.ByteBuffer, obj?:Column):Column {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new Column()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

name():string|null
name(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
name(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

type():ColumnType {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readInt8(this.bb_pos + offset) : ColumnType.Unsorted;
}

static startColumn(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addName(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, nameOffset, 0);
}

static addType(builder:flatbuffers.Builder, type:ColumnType) {
  builder.addFieldInt8(1, type, ColumnType.Unsorted);
}

static endColumn(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createColumn(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset, type:ColumnType):flatbuffers.Offset {
  Column.startColumn(builder);
  Column.addName(builder, nameOffset);
  Column.addType(builder, type);
  return Column.endColumn(builder);
}
}

export class CreateProjectionRequest {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):CreateProjectionRequest {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsCreateProjectionRequest(bb:flatbuffers.ByteBuffer, obj?:CreateProjectionRequest):CreateProjectionRequest {
  return (obj || new CreateProjectionRequest()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsCreateProjectionRequest(bb:flatbuffers.ByteBuffer, obj?:CreateProjectionRequest):CreateProjectionRequest {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new CreateProjectionRequest()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

columns(index: number, obj?:Column):Column|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? (obj || new Column()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

columnsLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startCreateProjectionRequest(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addColumns(builder:flatbuffers.Builder, columnsOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, columnsOffset, 0);
}

static createColumnsVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startColumnsVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endCreateProjectionRequest(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createCreateProjectionRequest(builder:flatbuffers.Builder, columnsOffset:flatbuffers.Offset):flatbuffers.Offset {
  CreateProjectionRequest.startCreateProjectionRequest(builder);
  CreateProjectionRequest.addColumns(builder, columnsOffset);
  return CreateProjectionRequest.endCreateProjectionRequest(builder);
}
}

export class CreateSchemaRequest {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):CreateSchemaRequest {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsCreateSchemaRequest(bb:flatbuffers.ByteBuffer, obj?:CreateSchemaRequest):CreateSchemaRequest {
  return (obj || new CreateSchemaRequest()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsCreateSchemaRequest(bb:flatbuffers.ByteBuffer, obj?:CreateSchemaRequest):CreateSchemaRequest {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new CreateSchemaRequest()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

properties():string|null
properties(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
properties(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

static startCreateSchemaRequest(builder:flatbuffers.Builder) {
  builder.startObject(1);
}

static addProperties(builder:flatbuffers.Builder, propertiesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, propertiesOffset, 0);
}

static endCreateSchemaRequest(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createCreateSchemaRequest(builder:flatbuffers.Builder, propertiesOffset:flatbuffers.Offset):flatbuffers.Offset {
  CreateSchemaRequest.startCreateSchemaRequest(builder);
  CreateSchemaRequest.addProperties(builder, propertiesOffset);
  return CreateSchemaRequest.endCreateSchemaRequest(builder);
}
}

export class GetProjectionTableStatsResponse {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):GetProjectionTableStatsResponse {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsGetProjectionTableStatsResponse(bb:flatbuffers.ByteBuffer, obj?:GetProjectionTableStatsResponse):GetProjectionTableStatsResponse {
  return (obj || new GetProjectionTableStatsResponse()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsGetProjectionTableStatsResponse(bb:flatbuffers.ByteBuffer, obj?:GetProjectionTableStatsResponse):GetProjectionTableStatsResponse {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new GetProjectionTableStatsResponse()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

numRows():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

sizeInBytes():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

dirtyBlocksPercentage():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

initialSyncProgress():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

static startGetProjectionTableStatsResponse(builder:flatbuffers.Builder) {
  builder.startObject(4);
}

static addNumRows(builder:flatbuffers.Builder, numRows:bigint) {
  builder.addFieldInt64(0, numRows, BigInt('0'));
}

static addSizeInBytes(builder:flatbuffers.Builder, sizeInBytes:bigint) {
  builder.addFieldInt64(1, sizeInBytes, BigInt('0'));
}

static addDirtyBlocksPercentage(builder:flatbuffers.Builder, dirtyBlocksPercentage:bigint) {
  builder.addFieldInt64(2, dirtyBlocksPercentage, BigInt('0'));
}

static addInitialSyncProgress(builder:flatbuffers.Builder, initialSyncProgress:bigint) {
  builder.addFieldInt64(3, initialSyncProgress, BigInt('0'));
}

static endGetProjectionTableStatsResponse(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createGetProjectionTableStatsResponse(builder:flatbuffers.Builder, numRows:bigint, sizeInBytes:bigint, dirtyBlocksPercentage:bigint, initialSyncProgress:bigint):flatbuffers.Offset {
  GetProjectionTableStatsResponse.startGetProjectionTableStatsResponse(builder);
  GetProjectionTableStatsResponse.addNumRows(builder, numRows);
  GetProjectionTableStatsResponse.addSizeInBytes(builder, sizeInBytes);
  GetProjectionTableStatsResponse.addDirtyBlocksPercentage(builder, dirtyBlocksPercentage);
  GetProjectionTableStatsResponse.addInitialSyncProgress(builder, initialSyncProgress);
  return GetProjectionTableStatsResponse.endGetProjectionTableStatsResponse(builder);
}
}

export class GetTableStatsResponse {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):GetTableStatsResponse {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsGetTableStatsResponse(bb:flatbuffers.ByteBuffer, obj?:GetTableStatsResponse):GetTableStatsResponse {
  return (obj || new GetTableStatsResponse()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsGetTableStatsResponse(bb:flatbuffers.ByteBuffer, obj?:GetTableStatsResponse):GetTableStatsResponse {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new GetTableStatsResponse()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

numRows():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

sizeInBytes():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

isExternalRowidAlloc():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

addressType():string|null
addressType(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
addressType(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

vips(index: number, obj?:VipRange):VipRange|null {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? (obj || new VipRange()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

vipsLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

sortingKeyEnabled():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

sortingScore():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 16);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

writeAmplification():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 18);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

acummulativeRowInseritionCount():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 20);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

vectorIndexMetadata(obj?:VectorIndexMetadata):VectorIndexMetadata|null {
  const offset = this.bb!.__offset(this.bb_pos, 22);
  return offset ? (obj || new VectorIndexMetadata()).__init(this.bb!.__indirect(this.bb_pos + offset), this.bb!) : null;
}

partitioningKeyEnabled():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 24);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

numPartitions():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 26);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

vectorIndicesMetadata(index: number, obj?:VectorIndexMetadata):VectorIndexMetadata|null {
  const offset = this.bb!.__offset(this.bb_pos, 28);
  return offset ? (obj || new VectorIndexMetadata()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

vectorIndicesMetadataLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 28);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startGetTableStatsResponse(builder:flatbuffers.Builder) {
  builder.startObject(13);
}

static addNumRows(builder:flatbuffers.Builder, numRows:bigint) {
  builder.addFieldInt64(0, numRows, BigInt('0'));
}

static addSizeInBytes(builder:flatbuffers.Builder, sizeInBytes:bigint) {
  builder.addFieldInt64(1, sizeInBytes, BigInt('0'));
}

static addIsExternalRowidAlloc(builder:flatbuffers.Builder, isExternalRowidAlloc:boolean) {
  builder.addFieldInt8(2, +isExternalRowidAlloc, +false);
}

static addAddressType(builder:flatbuffers.Builder, addressTypeOffset:flatbuffers.Offset) {
  builder.addFieldOffset(3, addressTypeOffset, 0);
}

static addVips(builder:flatbuffers.Builder, vipsOffset:flatbuffers.Offset) {
  builder.addFieldOffset(4, vipsOffset, 0);
}

static createVipsVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startVipsVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static addSortingKeyEnabled(builder:flatbuffers.Builder, sortingKeyEnabled:boolean) {
  builder.addFieldInt8(5, +sortingKeyEnabled, +false);
}

static addSortingScore(builder:flatbuffers.Builder, sortingScore:bigint) {
  builder.addFieldInt64(6, sortingScore, BigInt('0'));
}

static addWriteAmplification(builder:flatbuffers.Builder, writeAmplification:bigint) {
  builder.addFieldInt64(7, writeAmplification, BigInt('0'));
}

static addAcummulativeRowInseritionCount(builder:flatbuffers.Builder, acummulativeRowInseritionCount:bigint) {
  builder.addFieldInt64(8, acummulativeRowInseritionCount, BigInt('0'));
}

static addVectorIndexMetadata(builder:flatbuffers.Builder, vectorIndexMetadataOffset:flatbuffers.Offset) {
  builder.addFieldOffset(9, vectorIndexMetadataOffset, 0);
}

static addPartitioningKeyEnabled(builder:flatbuffers.Builder, partitioningKeyEnabled:boolean) {
  builder.addFieldInt8(10, +partitioningKeyEnabled, +false);
}

static addNumPartitions(builder:flatbuffers.Builder, numPartitions:bigint) {
  builder.addFieldInt64(11, numPartitions, BigInt('0'));
}

static addVectorIndicesMetadata(builder:flatbuffers.Builder, vectorIndicesMetadataOffset:flatbuffers.Offset) {
  builder.addFieldOffset(12, vectorIndicesMetadataOffset, 0);
}

static createVectorIndicesMetadataVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startVectorIndicesMetadataVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endGetTableStatsResponse(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

}

export class ListProjectionsResponse {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ListProjectionsResponse {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsListProjectionsResponse(bb:flatbuffers.ByteBuffer, obj?:ListProjectionsResponse):ListProjectionsResponse {
  return (obj || new ListProjectionsResponse()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsListProjectionsResponse(bb:flatbuffers.ByteBuffer, obj?:ListProjectionsResponse):ListProjectionsResponse {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ListProjectionsResponse()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

bucketName():string|null
bucketName(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
bucketName(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

schemaName():string|null
schemaName(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
schemaName(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

tableName():string|null
tableName(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
tableName(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

projections(index: number, obj?:ObjectDetails):ObjectDetails|null {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? (obj || new ObjectDetails()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

projectionsLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startListProjectionsResponse(builder:flatbuffers.Builder) {
  builder.startObject(4);
}

static addBucketName(builder:flatbuffers.Builder, bucketNameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, bucketNameOffset, 0);
}

static addSchemaName(builder:flatbuffers.Builder, schemaNameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, schemaNameOffset, 0);
}

static addTableName(builder:flatbuffers.Builder, tableNameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, tableNameOffset, 0);
}

static addProjections(builder:flatbuffers.Builder, projectionsOffset:flatbuffers.Offset) {
  builder.addFieldOffset(3, projectionsOffset, 0);
}

static createProjectionsVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startProjectionsVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endListProjectionsResponse(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createListProjectionsResponse(builder:flatbuffers.Builder, bucketNameOffset:flatbuffers.Offset, schemaNameOffset:flatbuffers.Offset, tableNameOffset:flatbuffers.Offset, projectionsOffset:flatbuffers.Offset):flatbuffers.Offset {
  ListProjectionsResponse.startListProjectionsResponse(builder);
  ListProjectionsResponse.addBucketName(builder, bucketNameOffset);
  ListProjectionsResponse.addSchemaName(builder, schemaNameOffset);
  ListProjectionsResponse.addTableName(builder, tableNameOffset);
  ListProjectionsResponse.addProjections(builder, projectionsOffset);
  return ListProjectionsResponse.endListProjectionsResponse(builder);
}
}

export class ListSchemasResponse {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ListSchemasResponse {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsListSchemasResponse(bb:flatbuffers.ByteBuffer, obj?:ListSchemasResponse):ListSchemasResponse {
  return (obj || new ListSchemasResponse()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsListSchemasResponse(bb:flatbuffers.ByteBuffer, obj?:ListSchemasResponse):ListSchemasResponse {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ListSchemasResponse()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

bucketName():string|null
bucketName(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
bucketName(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

schemas(index: number, obj?:ObjectDetails):ObjectDetails|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? (obj || new ObjectDetails()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

schemasLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startListSchemasResponse(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addBucketName(builder:flatbuffers.Builder, bucketNameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, bucketNameOffset, 0);
}

static addSchemas(builder:flatbuffers.Builder, schemasOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, schemasOffset, 0);
}

static createSchemasVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startSchemasVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endListSchemasResponse(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createListSchemasResponse(builder:flatbuffers.Builder, bucketNameOffset:flatbuffers.Offset, schemasOffset:flatbuffers.Offset):flatbuffers.Offset {
  ListSchemasResponse.startListSchemasResponse(builder);
  ListSchemasResponse.addBucketName(builder, bucketNameOffset);
  ListSchemasResponse.addSchemas(builder, schemasOffset);
  return ListSchemasResponse.endListSchemasResponse(builder);
}
}

export class ListTablesResponse {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ListTablesResponse {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsListTablesResponse(bb:flatbuffers.ByteBuffer, obj?:ListTablesResponse):ListTablesResponse {
  return (obj || new ListTablesResponse()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsListTablesResponse(bb:flatbuffers.ByteBuffer, obj?:ListTablesResponse):ListTablesResponse {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ListTablesResponse()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

bucketName():string|null
bucketName(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
bucketName(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

schemaName():string|null
schemaName(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
schemaName(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

tables(index: number, obj?:ObjectDetails):ObjectDetails|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? (obj || new ObjectDetails()).__init(this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4), this.bb!) : null;
}

tablesLength():number {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
}

static startListTablesResponse(builder:flatbuffers.Builder) {
  builder.startObject(3);
}

static addBucketName(builder:flatbuffers.Builder, bucketNameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, bucketNameOffset, 0);
}

static addSchemaName(builder:flatbuffers.Builder, schemaNameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, schemaNameOffset, 0);
}

static addTables(builder:flatbuffers.Builder, tablesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, tablesOffset, 0);
}

static createTablesVector(builder:flatbuffers.Builder, data:flatbuffers.Offset[]):flatbuffers.Offset {
  builder.startVector(4, data.length, 4);
  for (let i = data.length - 1; i >= 0; i--) {
    builder.addOffset(data[i]!);
  }
  return builder.endVector();
}

static startTablesVector(builder:flatbuffers.Builder, numElems:number) {
  builder.startVector(4, numElems, 4);
}

static endListTablesResponse(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createListTablesResponse(builder:flatbuffers.Builder, bucketNameOffset:flatbuffers.Offset, schemaNameOffset:flatbuffers.Offset, tablesOffset:flatbuffers.Offset):flatbuffers.Offset {
  ListTablesResponse.startListTablesResponse(builder);
  ListTablesResponse.addBucketName(builder, bucketNameOffset);
  ListTablesResponse.addSchemaName(builder, schemaNameOffset);
  ListTablesResponse.addTables(builder, tablesOffset);
  return ListTablesResponse.endListTablesResponse(builder);
}
}

export class ObjectDetails {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):ObjectDetails {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsObjectDetails(bb:flatbuffers.ByteBuffer, obj?:ObjectDetails):ObjectDetails {
  return (obj || new ObjectDetails()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsObjectDetails(bb:flatbuffers.ByteBuffer, obj?:ObjectDetails):ObjectDetails {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new ObjectDetails()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

name():string|null
name(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
name(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

properties():string|null
properties(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
properties(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

handle():string|null
handle(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
handle(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

numRows():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt('0');
}

sizeInBytes():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt('0');
}

numPartitions():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt('0');
}

sortingKeyEnabled():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 16);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

sortingScore():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 18);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

writeAmplification():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 20);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

acummulativeRowInseritionCount():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 22);
  return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt('0');
}

partitioningKeyEnabled():boolean {
  const offset = this.bb!.__offset(this.bb_pos, 24);
  return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
}

mstPointer():bigint {
  const offset = this.bb!.__offset(this.bb_pos, 26);
  return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt('281474976710655');
}

clusteringProgress():number {
  const offset = this.bb!.__offset(this.bb_pos, 28);
  return offset ? this.bb!.readUint8(this.bb_pos + offset) : 0;
}

static startObjectDetails(builder:flatbuffers.Builder) {
  builder.startObject(13);
}

static addName(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, nameOffset, 0);
}

static addProperties(builder:flatbuffers.Builder, propertiesOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, propertiesOffset, 0);
}

static addHandle(builder:flatbuffers.Builder, handleOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, handleOffset, 0);
}

static addNumRows(builder:flatbuffers.Builder, numRows:bigint) {
  builder.addFieldInt64(3, numRows, BigInt('0'));
}

static addSizeInBytes(builder:flatbuffers.Builder, sizeInBytes:bigint) {
  builder.addFieldInt64(4, sizeInBytes, BigInt('0'));
}

static addNumPartitions(builder:flatbuffers.Builder, numPartitions:bigint) {
  builder.addFieldInt64(5, numPartitions, BigInt('0'));
}

static addSortingKeyEnabled(builder:flatbuffers.Builder, sortingKeyEnabled:boolean) {
  builder.addFieldInt8(6, +sortingKeyEnabled, +false);
}

static addSortingScore(builder:flatbuffers.Builder, sortingScore:bigint) {
  builder.addFieldInt64(7, sortingScore, BigInt('0'));
}

static addWriteAmplification(builder:flatbuffers.Builder, writeAmplification:bigint) {
  builder.addFieldInt64(8, writeAmplification, BigInt('0'));
}

static addAcummulativeRowInseritionCount(builder:flatbuffers.Builder, acummulativeRowInseritionCount:bigint) {
  builder.addFieldInt64(9, acummulativeRowInseritionCount, BigInt('0'));
}

static addPartitioningKeyEnabled(builder:flatbuffers.Builder, partitioningKeyEnabled:boolean) {
  builder.addFieldInt8(10, +partitioningKeyEnabled, +false);
}

static addMstPointer(builder:flatbuffers.Builder, mstPointer:bigint) {
  builder.addFieldInt64(11, mstPointer, BigInt('281474976710655'));
}

static addClusteringProgress(builder:flatbuffers.Builder, clusteringProgress:number) {
  builder.addFieldInt8(12, clusteringProgress, 0);
}

static endObjectDetails(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createObjectDetails(builder:flatbuffers.Builder, nameOffset:flatbuffers.Offset, propertiesOffset:flatbuffers.Offset, handleOffset:flatbuffers.Offset, numRows:bigint, sizeInBytes:bigint, numPartitions:bigint, sortingKeyEnabled:boolean, sortingScore:bigint, writeAmplification:bigint, acummulativeRowInseritionCount:bigint, partitioningKeyEnabled:boolean, mstPointer:bigint, clusteringProgress:number):flatbuffers.Offset {
  ObjectDetails.startObjectDetails(builder);
  ObjectDetails.addName(builder, nameOffset);
  ObjectDetails.addProperties(builder, propertiesOffset);
  ObjectDetails.addHandle(builder, handleOffset);
  ObjectDetails.addNumRows(builder, numRows);
  ObjectDetails.addSizeInBytes(builder, sizeInBytes);
  ObjectDetails.addNumPartitions(builder, numPartitions);
  ObjectDetails.addSortingKeyEnabled(builder, sortingKeyEnabled);
  ObjectDetails.addSortingScore(builder, sortingScore);
  ObjectDetails.addWriteAmplification(builder, writeAmplification);
  ObjectDetails.addAcummulativeRowInseritionCount(builder, acummulativeRowInseritionCount);
  ObjectDetails.addPartitioningKeyEnabled(builder, partitioningKeyEnabled);
  ObjectDetails.addMstPointer(builder, mstPointer);
  ObjectDetails.addClusteringProgress(builder, clusteringProgress);
  return ObjectDetails.endObjectDetails(builder);
}
}

export class VectorIndexMetadata {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):VectorIndexMetadata {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsVectorIndexMetadata(bb:flatbuffers.ByteBuffer, obj?:VectorIndexMetadata):VectorIndexMetadata {
  return (obj || new VectorIndexMetadata()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsVectorIndexMetadata(bb:flatbuffers.ByteBuffer, obj?:VectorIndexMetadata):VectorIndexMetadata {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new VectorIndexMetadata()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

columnName():string|null
columnName(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
columnName(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

distanceMetric():string|null
distanceMetric(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
distanceMetric(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

sqlFunctionName():string|null
sqlFunctionName(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
sqlFunctionName(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 8);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

clusterQuantization():string|null
clusterQuantization(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
clusterQuantization(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 10);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

searchQuantization():string|null
searchQuantization(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
searchQuantization(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 12);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

clusteringProgress():number {
  const offset = this.bb!.__offset(this.bb_pos, 14);
  return offset ? this.bb!.readUint8(this.bb_pos + offset) : 0;
}

static startVectorIndexMetadata(builder:flatbuffers.Builder) {
  builder.startObject(6);
}

static addColumnName(builder:flatbuffers.Builder, columnNameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, columnNameOffset, 0);
}

static addDistanceMetric(builder:flatbuffers.Builder, distanceMetricOffset:flatbuffers.Offset) {
  builder.addFieldOffset(1, distanceMetricOffset, 0);
}

static addSqlFunctionName(builder:flatbuffers.Builder, sqlFunctionNameOffset:flatbuffers.Offset) {
  builder.addFieldOffset(2, sqlFunctionNameOffset, 0);
}

static addClusterQuantization(builder:flatbuffers.Builder, clusterQuantizationOffset:flatbuffers.Offset) {
  builder.addFieldOffset(3, clusterQuantizationOffset, 0);
}

static addSearchQuantization(builder:flatbuffers.Builder, searchQuantizationOffset:flatbuffers.Offset) {
  builder.addFieldOffset(4, searchQuantizationOffset, 0);
}

static addClusteringProgress(builder:flatbuffers.Builder, clusteringProgress:number) {
  builder.addFieldInt8(5, clusteringProgress, 0);
}

static endVectorIndexMetadata(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createVectorIndexMetadata(builder:flatbuffers.Builder, columnNameOffset:flatbuffers.Offset, distanceMetricOffset:flatbuffers.Offset, sqlFunctionNameOffset:flatbuffers.Offset, clusterQuantizationOffset:flatbuffers.Offset, searchQuantizationOffset:flatbuffers.Offset, clusteringProgress:number):flatbuffers.Offset {
  VectorIndexMetadata.startVectorIndexMetadata(builder);
  VectorIndexMetadata.addColumnName(builder, columnNameOffset);
  VectorIndexMetadata.addDistanceMetric(builder, distanceMetricOffset);
  VectorIndexMetadata.addSqlFunctionName(builder, sqlFunctionNameOffset);
  VectorIndexMetadata.addClusterQuantization(builder, clusterQuantizationOffset);
  VectorIndexMetadata.addSearchQuantization(builder, searchQuantizationOffset);
  VectorIndexMetadata.addClusteringProgress(builder, clusteringProgress);
  return VectorIndexMetadata.endVectorIndexMetadata(builder);
}
}

export class VipRange {
  bb: flatbuffers.ByteBuffer|null = null;
  bb_pos = 0;
  __init(i:number, bb:flatbuffers.ByteBuffer):VipRange {
  this.bb_pos = i;
  this.bb = bb;
  return this;
}

static getRootAsVipRange(bb:flatbuffers.ByteBuffer, obj?:VipRange):VipRange {
  return (obj || new VipRange()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

static getSizePrefixedRootAsVipRange(bb:flatbuffers.ByteBuffer, obj?:VipRange):VipRange {
  bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
  return (obj || new VipRange()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
}

startAddress():string|null
startAddress(optionalEncoding:flatbuffers.Encoding):string|Uint8Array|null
startAddress(optionalEncoding?:any):string|Uint8Array|null {
  const offset = this.bb!.__offset(this.bb_pos, 4);
  return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
}

addressCount():number {
  const offset = this.bb!.__offset(this.bb_pos, 6);
  return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
}

static startVipRange(builder:flatbuffers.Builder) {
  builder.startObject(2);
}

static addStartAddress(builder:flatbuffers.Builder, startAddressOffset:flatbuffers.Offset) {
  builder.addFieldOffset(0, startAddressOffset, 0);
}

static addAddressCount(builder:flatbuffers.Builder, addressCount:number) {
  builder.addFieldInt16(1, addressCount, 0);
}

static endVipRange(builder:flatbuffers.Builder):flatbuffers.Offset {
  const offset = builder.endObject();
  return offset;
}

static createVipRange(builder:flatbuffers.Builder, startAddressOffset:flatbuffers.Offset, addressCount:number):flatbuffers.Offset {
  VipRange.startVipRange(builder);
  VipRange.addStartAddress(builder, startAddressOffset);
  VipRange.addAddressCount(builder, addressCount);
  return VipRange.endVipRange(builder);
}
}
