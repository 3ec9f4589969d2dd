#include "converter/inspect/pixel_image.h"

#include <png.h>

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

// In dots: those of two per pixel that make lines of 1.4 pixels, 6 apart.
constexpr int kStripeDistance = 17;
constexpr int kStripeWidth = 4;

struct Dots {
  int left;
  int top;
  int right;
  int bottom;
};

// The whole dots of a box, at least one.
Dots DotsOf(const Box& box) {
  const auto whole = [](double value) {
    return static_cast<int>(std::lround(value));
  };
  const int left = whole(box.x);
  const int top = whole(box.y);
  return {left, top, std::max(whole(box.x + box.width), left + 1),
          std::max(whole(box.y + box.height), top + 1)};
}

// From (x, y) to the nearest point of a stroke.
double Distance(double x, double y, const Stroke& stroke) {
  const double dx = stroke.x2 - stroke.x1;
  const double dy = stroke.y2 - stroke.y1;
  const double length = dx * dx + dy * dy;
  double along = 0;
  if (length > 0) {
    along = ((x - stroke.x1) * dx + (y - stroke.y1) * dy) / length;
    along = std::clamp(along, 0.0, 1.0);
  }
  return std::hypot(x - stroke.x1 - along * dx, y - stroke.y1 - along * dy);
}

}  // namespace

PixelImage::PixelImage(int width, int height, Color background)
    : width_(width),
      height_(height),
      rgb_(static_cast<size_t>(width) * static_cast<size_t>(height) * 3) {
  for (size_t i = 0; i < rgb_.size(); i += 3) {
    rgb_[i] = background.red;
    rgb_[i + 1] = background.green;
    rgb_[i + 2] = background.blue;
  }
}

void PixelImage::Blend(int x, int y, Color color, double amount) {
  if (x < 0 || y < 0 || x >= width_ || y >= height_) return;
  uint8_t* pixel = &rgb_[(static_cast<size_t>(y) * width_ + x) * 3];
  const auto mix = [amount](uint8_t from, uint8_t to) {
    return static_cast<uint8_t>(std::lround(from + (to - from) * amount));
  };
  pixel[0] = mix(pixel[0], color.red);
  pixel[1] = mix(pixel[1], color.green);
  pixel[2] = mix(pixel[2], color.blue);
}

Color PixelImage::At(int x, int y) const {
  const uint8_t* pixel = &rgb_[(static_cast<size_t>(y) * width_ + x) * 3];
  return {pixel[0], pixel[1], pixel[2]};
}

void PixelImage::FillBox(const Box& box, Color color, double radius) {
  const Dots dots = DotsOf(box);
  radius = std::min(
      {radius, (dots.right - dots.left) / 2.0, (dots.bottom - dots.top) / 2.0});
  for (int y = std::max(dots.top, 0); y < std::min(dots.bottom, height_); ++y) {
    for (int x = std::max(dots.left, 0); x < std::min(dots.right, width_);
         ++x) {
      double amount = 1;
      if (radius > 0) {
        // Beyond the centre of the corner's circle.
        const double dx = std::max({dots.left + radius - (x + 0.5),
                                    x + 0.5 - (dots.right - radius), 0.0});
        const double dy = std::max({dots.top + radius - (y + 0.5),
                                    y + 0.5 - (dots.bottom - radius), 0.0});
        amount = std::clamp(radius + 0.5 - std::hypot(dx, dy), 0.0, 1.0);
      }
      Blend(x, y, color, amount);
    }
  }
}

void PixelImage::HatchBox(const Box& box, Color gap, Color stripe) {
  const Dots dots = DotsOf(box);
  for (int y = std::max(dots.top, 0); y < std::min(dots.bottom, height_); ++y) {
    for (int x = std::max(dots.left, 0); x < std::min(dots.right, width_);
         ++x) {
      const bool is_stripe = (x + y) % kStripeDistance < kStripeWidth;
      Blend(x, y, is_stripe ? stripe : gap, 1);
    }
  }
}

void PixelImage::DrawGlyph(char32_t character, double left, double top,
                           double unit_x, double unit_y, double thickness,
                           Color color) {
  std::vector<Stroke> strokes = GlyphStrokes(character);
  for (Stroke& stroke : strokes) {
    stroke.x1 = static_cast<float>(left + stroke.x1 * unit_x);
    stroke.x2 = static_cast<float>(left + stroke.x2 * unit_x);
    stroke.y1 = static_cast<float>(top + stroke.y1 * unit_y);
    stroke.y2 = static_cast<float>(top + stroke.y2 * unit_y);
  }
  const Dots dots =
      DotsOf({left - thickness, top - thickness, 5 * unit_x + 2 * thickness,
              8 * unit_y + 2 * thickness});
  for (int y = dots.top; y < dots.bottom; ++y) {
    for (int x = dots.left; x < dots.right; ++x) {
      double nearest = thickness + 1;
      for (const Stroke& stroke : strokes) {
        nearest = std::min(nearest, Distance(x + 0.5, y + 0.5, stroke));
      }
      const double amount = thickness / 2 + 0.5 - nearest;
      if (amount > 0) Blend(x, y, color, std::min(amount, 1.0));
    }
  }
}

std::string PixelImage::AsPng() const {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width_);
  image.height = static_cast<png_uint_32>(height_);
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string png(size, '\0');
  const int made =
      png_image_write_to_memory(&image, png.data(), &size,
                                /*convert_to_8_bit=*/0, rgb_.data(),
                                /*row_stride=*/0, /*colormap=*/nullptr);
  if (made == 0) return "";
  png.resize(size);
  return png;
}

}  // namespace tessera
