#include "converter/inspect/pixel_image.h"

#include <gtest/gtest.h>

#include "converter/inspect/png_canvas.h"

namespace tessera {
namespace {

constexpr Color kWhite = {255, 255, 255};
constexpr Color kRed = {255, 0, 0};
constexpr Color kBlue = {0, 0, 255};

int CountOf(const PixelImage& image, int width, int height, Color color) {
  int count = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      count += image.At(x, y).Hex() == color.Hex();
    }
  }
  return count;
}

TEST(PixelImageTest, BoxesAreWholeDots) {
  PixelImage image(10, 10, kWhite);
  image.FillBox({2, 3, 4, 2}, kRed, 0);
  EXPECT_EQ(CountOf(image, 10, 10, kRed), 8);
  EXPECT_EQ(image.At(2, 3).Hex(), kRed.Hex());
  EXPECT_EQ(image.At(5, 4).Hex(), kRed.Hex());
  EXPECT_EQ(image.At(6, 4).Hex(), kWhite.Hex());
  // The narrowest is seen.
  image.FillBox({8.2, 8.2, 0.01, 0.01}, kBlue, 0);
  EXPECT_EQ(CountOf(image, 10, 10, kBlue), 1);
}

TEST(PixelImageTest, WhatIsOutsideIsLeftOut) {
  PixelImage image(4, 4, kWhite);
  image.FillBox({-5, -5, 7, 100}, kRed, 1);
  image.HatchBox({3, 3, 50, 50}, kBlue, kBlue);
  image.DrawGlyph(U'M', -3, -3, 2, 2, 1, kBlue);
  image.DrawGlyph(U'M', 100, 100, 2, 2, 1, kBlue);
  EXPECT_EQ(image.At(3, 3).Hex(), kBlue.Hex());
}

TEST(PixelImageTest, CornersAreRound) {
  PixelImage image(20, 20, kWhite);
  image.FillBox({0, 0, 20, 20}, kRed, 8);
  EXPECT_EQ(image.At(0, 0).Hex(), kWhite.Hex());
  EXPECT_EQ(image.At(19, 19).Hex(), kWhite.Hex());
  EXPECT_EQ(image.At(10, 0).Hex(), kRed.Hex());
  EXPECT_EQ(image.At(10, 10).Hex(), kRed.Hex());
}

TEST(PixelImageTest, HatchHasBothColours) {
  PixelImage image(34, 34, kWhite);
  image.HatchBox({0, 0, 34, 34}, kRed, kBlue);
  EXPECT_EQ(CountOf(image, 34, 34, kWhite), 0);
  EXPECT_EQ(CountOf(image, 34, 34, kBlue), 34 * 8);  // 4 of 17
}

// Each has strokes of its own; what has none is a box.
TEST(GlyphsTest, LettersDiffer) {
  std::vector<std::string> pictures;
  for (char32_t c = U'!'; c <= U'~'; ++c) {
    PixelImage image(14, 20, kWhite);
    image.DrawGlyph(c, 2, 2, 2, 2, 1.5, kRed);
    const std::string png = image.AsPng();
    EXPECT_FALSE(png.empty());
    for (const std::string& other : pictures) EXPECT_NE(png, other) << +c;
    pictures.push_back(png);
  }
  EXPECT_TRUE(GlyphStrokes(U' ').empty());
  EXPECT_EQ(GlyphStrokes(U'\uFFFD').size(), GlyphStrokes(U'\u4e2d').size());
}

TEST(PngCanvasTest, TextOfAnyBytes) {
  PngCanvas canvas;
  canvas.Text(50, 20, "a\xff\xc3\xa9\n\x1b", TextStyle::kTitle,
              Canvas::Anchor::kMiddle);
  canvas.Text(0, 20, "", TextStyle::kValue, Canvas::Anchor::kEnd);
  EXPECT_NE(canvas.Finish(100, 30), PngCanvas().Finish(100, 30));
}

}  // namespace
}  // namespace tessera
