package io.xenarium.bench.view;

/// A page of guest code with translated instructions in it.
///
/// @param owner the domain that it belongs to
/// @param cells one letter for each 64 bytes: `.` where nothing is translated, else a digit of
///   heat, each eight times as hot as the one below it
public record HeatPage(String vaddr, int owner, String cells) {}
