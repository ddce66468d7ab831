import { test } from 'node:test';
import { operatorContract } from '@espalier/core/testing';
import plugin, { myComponent } from '../src/index.ts';

operatorContract({ test }, () => myComponent(), { plugins: [plugin] });
