"""The fictional Gwangmyeong: a living city to look at, every record marked as demo."""
