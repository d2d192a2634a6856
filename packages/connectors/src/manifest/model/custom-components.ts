import type { Build, StreamContext } from './build.ts';
import type { Component } from './component.ts';

/** A port of a Python class to TypeScript: makes the part that its `Custom…` component stands for. */
export type CustomPort = (definition: Component, build: Build, stream: StreamContext | undefined) => unknown;

/** Ports by `class_name`; a manifest that names another class loses the streams that need it, and keeps the others. */
export type CustomComponents = ReadonlyMap<string, CustomPort>;
